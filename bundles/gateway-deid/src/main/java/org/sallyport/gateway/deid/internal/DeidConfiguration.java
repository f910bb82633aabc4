package org.sallyport.gateway.deid.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.deid.cfg}; {@code $_$} stands for a hyphen. Without a configuration the strictest profile is in force. */
@ObjectClassDefinition(name = "De-identification", description = "Which profile is in force")
@interface DeidConfiguration {

    @AttributeDefinition(
            description = "Name of a file in the folder of profiles, without .yaml; empty = basic without options")
    String profile() default "";

    @AttributeDefinition(description = "Folder of the profiles")
    String profiles_folder() default "";

    @AttributeDefinition(
            description =
                    "Issuer of patient ids by calling AE title, where an object names none: CT1=HOSPITAL-A,MR1=HOSPITAL-B")
    String default$_$issuers() default "";
}
