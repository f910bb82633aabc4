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
}
