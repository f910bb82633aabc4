package org.sallyport.destination.folder.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.destination.folder-<name>.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Destination: folder", description = "Writes ZIP files or a tree of files")
@interface FolderConfiguration {

    @AttributeDefinition(description = "Name of the destination, 1–40 of a–z, 0–9, -")
    String destination_name() default "";

    @AttributeDefinition(description = "Where the files go; empty = outbox in the data folder")
    String directory() default "";

    @AttributeDefinition(description = "Switches the destination off when not empty")
    String unless() default "";

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

    @AttributeDefinition(description = "zip: one file for each delivery; tree: one folder for each study")
    String layout() default "zip";

    @AttributeDefinition(description = "yes: the folder of each study has a DICOMDIR; needs layout = tree")
    String dicomdir() default "no";

    @AttributeDefinition(description = "yes: SHA-256 digests stand beside what is written")
    String manifest() default "no";

    @AttributeDefinition(description = "MiB of the disk that are left free, 1–1048576")
    int min$_$free() default 512;

    // What the queue reads, by Destination.SETTINGS.

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
