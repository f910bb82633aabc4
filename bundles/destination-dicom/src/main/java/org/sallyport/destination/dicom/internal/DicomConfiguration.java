package org.sallyport.destination.dicom.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.destination.dicom-<name>.cfg}; {@code $_$} stands for a hyphen, a leading {@code _} for a dot. */
@ObjectClassDefinition(name = "Destination: DICOM", description = "Stores deliveries in a PACS by C-STORE")
@interface DicomConfiguration {

    @AttributeDefinition(description = "Name of the destination, 1–40 of a–z, 0–9, -")
    String destination_name() default "";

    @AttributeDefinition(
            description =
                    "Node of the node list (id, name or AE title) instead of host, port and called-aet; empty = none")
    String node() default "";

    @AttributeDefinition(description = "Host name or address of the PACS; empty = switched off, unless there is a node")
    String host() default "";

    @AttributeDefinition(description = "Its port, 1–65535")
    int port() default 104;

    @AttributeDefinition(description = "Its AE title, 1–16 characters")
    String called$_$aet() default "";

    @AttributeDefinition(description = "The AE title that we call with, 1–16 characters; empty = the gateway's own")
    String calling$_$aet() default "";

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

    @AttributeDefinition(description = "Deliveries at the same time, 1–64")
    int concurrency() default 1;

    @AttributeDefinition(description = "Associations at the same time within a delivery, 1–16")
    int associations() default 1;

    @AttributeDefinition(description = "Longest PDU that we take, bytes, 4096–1048576")
    int max$_$pdu() default 131_072;

    @AttributeDefinition(description = "Seconds to wait for a connection and for association messages, 1–3600")
    int connect$_$timeout() default 30;

    @AttributeDefinition(description = "Seconds to wait for the answer to an image, 1–3600")
    int response$_$timeout() default 60;

    @AttributeDefinition(description = "yes: the PACS takes a changed version of an image that it has")
    String replaces$_$existing() default "yes";

    @AttributeDefinition(description = "yes: the PACS is asked to commit itself to what was stored")
    String storage$_$commitment() default "no";

    @AttributeDefinition(
            description = "Further addresses from which the PACS may open associations to report, parted by commas")
    String commitment$_$from() default "";

    @AttributeDefinition(description = "Seconds to wait for the report, 1–86400")
    int commitment$_$timeout() default 300;

    @AttributeDefinition(description = "User name told to the PACS; empty = none")
    String user() default "";

    @AttributeDefinition(
            description = "Passcode of the user, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _passcode() default "";

    @AttributeDefinition(description = "yes: TLS")
    String tls() default "no";

    @AttributeDefinition(description = "Our certificate: PKCS#12 or PEM file; empty = none")
    String tls$_$certificate() default "";

    @AttributeDefinition(description = "PEM file of the key; empty = in the file of the certificate")
    String tls$_$key() default "";

    @AttributeDefinition(
            description = "Password of certificate or key, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$password() default "";

    @AttributeDefinition(description = "Certificates to trust: PKCS#12 or PEM file; empty = those of the Java platform")
    String tls$_$trusted() default "";

    @AttributeDefinition(
            description = "Password of the file of trusted certificates, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$trusted$_$password() default "";

    @AttributeDefinition(description = "yes: the certificate of the PACS has to name its host")
    String tls$_$check$_$host() default "yes";

    // What the queue reads, by Destination.SETTINGS.

    @AttributeDefinition(description = "pseudonymous or original: what its studies are ordered with")
    String identity() default "pseudonymous";

    @AttributeDefinition(
            description =
                    "Files of the folder recipients, separated by commas: RSA certificates of those who may read the"
                            + " originals that go along encrypted; empty = none go along")
    String encrypt$_$for() default "";

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
