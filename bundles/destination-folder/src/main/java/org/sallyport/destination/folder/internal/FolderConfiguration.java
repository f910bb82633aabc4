package org.sallyport.destination.folder.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.destination.folder-<name>.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Destination: folder", description = "Writes one ZIP file for each delivery")
@interface FolderConfiguration {

    @AttributeDefinition(description = "Name of the destination, 1–40 of a–z, 0–9, -")
    String destination_name() default "";

    @AttributeDefinition(description = "Where the files go; empty = outbox in the data folder")
    String directory() default "";

    @AttributeDefinition(description = "Switches the destination off when not empty")
    String unless() default "";

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

    @AttributeDefinition(description = "MiB of the disk that are left free, 1–1048576")
    int min$_$free() default 512;
}
