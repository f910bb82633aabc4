package org.sallyport.ith.connector.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.ith.cfg}; {@code $_$} stands for a hyphen, a leading {@code _} for a dot. */
@ObjectClassDefinition(name = "ITH back end", description = "Where studies are uploaded to and rules come from")
@interface IthConfiguration {

    @AttributeDefinition(description = "Base URL; empty = no back end")
    String url() default "";

    @AttributeDefinition(description = "The gateway's key (X-Proxy-Key)", type = AttributeType.PASSWORD)
    String _token() default "";

    @AttributeDefinition(description = "Form of the metadata parts of an upload: legacy-keys, json or omit")
    String metadata() default "legacy-keys";

    @AttributeDefinition(description = "Seconds between fetches of the configuration, 1–86400")
    int refresh() default 60;

    @AttributeDefinition(description = "Seconds to wait for the reply to an upload, 1–3600")
    int read$_$timeout() default 300;

    @AttributeDefinition(description = "Uploads at the same time, 1–16")
    int concurrency() default 2;

    @AttributeDefinition(description = "MiB above which a study goes up in several archives, 1–4096")
    int largest$_$archive() default 2048;

    @AttributeDefinition(description = "MiB of each of several archives at most, 1–4096")
    int part$_$size() default 1843;

    @AttributeDefinition(description = "Networks in which nodes of the back end may be approved for identity")
    String identity$_$networks() default "";

    @AttributeDefinition(description = "yes: nodes of the back end inside identity-networks are approved at once")
    String trust$_$back$_$end$_$nodes() default "no";

    @AttributeDefinition(description = "Answer the back end's pings with a frame of type pong")
    boolean answer$_$ping() default false;

    @AttributeDefinition(description = "yes: the listener takes AE title and port that the back end tells")
    String follow$_$back$_$end$_$listener() default "no";

    @AttributeDefinition(description = "Our AE title towards nodes that the back end dispatches to")
    String dispatch$_$calling$_$aet() default "DICOM_PROXY";

    @AttributeDefinition(description = "Dispatches at the same time, 1–16")
    int dispatch$_$concurrency() default 2;

    @AttributeDefinition(description = "Tries after the first, for a download and for each node, 0–100")
    int dispatch$_$retries() default 3;

    @AttributeDefinition(description = "Seconds between tries, 1–3600")
    int dispatch$_$retry$_$delay() default 5;

    @AttributeDefinition(description = "GiB of a download, packed and unpacked, 1–1024")
    int largest$_$download() default 64;

    @AttributeDefinition(description = "MiB of the disk that a download leaves free, 0–1048576")
    int min$_$free() default 512;

    @AttributeDefinition(description = "Minutes that a study is kept that was fetched back, 1–10080")
    int keep$_$fetched() default 60;

    @AttributeDefinition(
            description = "Seconds after which the back end is asked again what it holds, 1–86400; 0 = never")
    int synchronise() default 900;

    @AttributeDefinition(description = "The version that the back end is told")
    String proxy$_$version() default "1.0.0";

    @AttributeDefinition(
            description = "The address that the back end is told; empty = that of the interface towards it")
    String host$_$address() default "";

    @AttributeDefinition(description = "The URL of our API that the back end is told; empty = made of address and port")
    String api$_$url() default "";

    @AttributeDefinition(description = "Port of our API, 1–65535")
    int api$_$port() default 8080;

    @AttributeDefinition(description = "Port of our API by HTTPS, 1–65535; empty = none")
    String https$_$port() default "";

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

    // What the queue reads, by Destination.SETTINGS.

    @AttributeDefinition(description = "Bytes a second, 1k–10G; empty = no limit")
    String bandwidth() default "";

    @AttributeDefinition(description = "Hours of the day in which deliveries begin, 22:00-06:00; empty = always")
    String window() default "";

    @AttributeDefinition(description = "Failures in a row, 0–1000, after which one at a time is tried; 0 = never")
    int breaker() default 5;

    @AttributeDefinition(description = "Pause between those trials, 1s–1d; empty = six times retry-delay")
    String breaker$_$pause() default "";

    @AttributeDefinition(description = "How long a delivery may go on failing, 1m–3650d; empty = for ever")
    String give$_$up$_$after() default "";

    @AttributeDefinition(description = "How long a delivery may make no progress, 1s–7d")
    String time$_$limit() default "6h";

    @AttributeDefinition(description = "Priority of its deliveries, 0–9, higher first")
    int priority() default 4;

    @AttributeDefinition(description = "OSGi filter: deliveries of studies that it takes have priority 9; empty = none")
    String urgent() default "";
}
