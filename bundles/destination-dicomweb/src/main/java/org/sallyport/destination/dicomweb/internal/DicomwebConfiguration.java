package org.sallyport.destination.dicomweb.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of {@code org.sallyport.destination.dicomweb-<name>.cfg}; {@code $_$} stands for a hyphen, a leading {@code _} for a dot. What begins
 * with a dot is secret.
 */
@ObjectClassDefinition(name = "Destination: DICOMweb", description = "Stores each delivery by STOW-RS")
@interface DicomwebConfiguration {

    @AttributeDefinition(description = "Name of the destination, 1–40 of a–z, 0–9, -")
    String destination_name() default "";

    @AttributeDefinition(description = "Base URL of the service: what /studies is put behind")
    String url() default "";

    @AttributeDefinition(description = "yes: pseudonymous images may go over plain http beyond loopback")
    String allow$_$http() default "no";

    @AttributeDefinition(description = "none, basic, bearer or oauth2")
    String authentication() default "none";

    @AttributeDefinition(description = "User of basic authentication")
    String user() default "";

    @AttributeDefinition(description = "Password of basic authentication", type = AttributeType.PASSWORD)
    String _password() default "";

    @AttributeDefinition(description = "Token of bearer authentication", type = AttributeType.PASSWORD)
    String _token() default "";

    @AttributeDefinition(description = "OAuth 2: URL that gives tokens")
    String token$_$url() default "";

    @AttributeDefinition(description = "OAuth 2: client")
    String client$_$id() default "";

    @AttributeDefinition(description = "OAuth 2: secret of the client", type = AttributeType.PASSWORD)
    String _client$_$secret() default "";

    @AttributeDefinition(description = "OAuth 2: scope asked for; empty = what the server gives")
    String scope() default "";

    @AttributeDefinition(description = "OAuth 2: how the client tells who it is, header or body")
    String client$_$authentication() default "header";

    @AttributeDefinition(description = "PKCS#12 or PEM file with the client's certificate and key; empty = none")
    String client$_$certificate() default "";

    @AttributeDefinition(description = "PEM file of the key; empty = in the file of the certificate")
    String client$_$key() default "";

    @AttributeDefinition(description = "Password of client-certificate or client-key", type = AttributeType.PASSWORD)
    String _client$_$certificate$_$password() default "";

    @AttributeDefinition(description = "PKCS#12 or PEM file with the certificates to trust; empty = those of Java")
    String trust$_$store() default "";

    @AttributeDefinition(description = "Password of a PKCS#12 trust-store", type = AttributeType.PASSWORD)
    String _trust$_$store$_$password() default "";

    @AttributeDefinition(description = "Form of the server's answers, json or xml")
    String answers() default "json";

    @AttributeDefinition(description = "Instances of one request at most, 1–1000")
    int most$_$instances() default 100;

    @AttributeDefinition(description = "MiB of one request at most, 1–65536; a larger instance goes alone")
    int most$_$size() default 256;

    @AttributeDefinition(description = "Seconds to wait for the server to go on, 1–3600")
    int read$_$timeout() default 300;

    @AttributeDefinition(description = "Seconds for one request with its reply, 1–86400")
    int request$_$timeout() default 3600;

    @AttributeDefinition(description = "yes: the server takes a changed version of an image that it has")
    String replaces$_$existing() default "no";

    @AttributeDefinition(description = "Deliveries at the same time, 1–16")
    int concurrency() default 2;

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

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
