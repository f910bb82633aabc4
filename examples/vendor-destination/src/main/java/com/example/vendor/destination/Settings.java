package com.example.vendor.destination;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of the .cfg file; an underscore stands for a dot. What begins with one is a secret: it does not become a property of the service, which
 * everybody who looks at services would see.
 */
@ObjectClassDefinition(name = "Destination: files and a journal", description = "Writes each image to a file of its own")
@interface Settings {

    @AttributeDefinition(description = "Name of the destination, 1-40 of a-z, 0-9, -")
    String destination_name();

    @AttributeDefinition(description = "Folder that the images are written to")
    String directory() default "";

    @AttributeDefinition(
            description = "Secret that goes into the names of files, as $[env:NAME]; empty = none",
            type = AttributeType.PASSWORD)
    String _secret() default "";

    @AttributeDefinition(description = "OSGi filter over study attributes; empty = every study")
    String filter() default "";

    @AttributeDefinition(description = "Deliveries at the same time, 1-64")
    int concurrency() default 1;
}
