package org.sallyport.gateway.store.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.store.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Store", description = "Packs on disk and their index")
@interface StoreConfiguration {

    @AttributeDefinition(
            description =
                    "instance: each image is forced to disk before it is acknowledged; os: the operating system decides")
    String durability() default "instance";

    @AttributeDefinition(description = "MiB of the disk that are left free, 1–1048576")
    int min$_$free() default 512;

    @AttributeDefinition(
            description = "Folders of packs of other appliances on the same database, which can be read here")
    String other$_$packs() default "";

    @AttributeDefinition(description = "MiB that diagnostic copies of unreadable objects may take, 0–1048576")
    int diagnostic$_$quota() default 256;
}
