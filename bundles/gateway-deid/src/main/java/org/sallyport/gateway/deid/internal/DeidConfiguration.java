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

    @AttributeDefinition(
            description =
                    "Path of the program tesseract, which looks for text in pixels; empty = they are not looked at")
    String ocr() default "";

    @AttributeDefinition(
            description =
                    "Modalities of which it looks at every image, as CT,MR; * = all. Empty = at those only that a pixel rule lets pass or blanks")
    String ocr$_$modalities() default "";

    @AttributeDefinition(description = "Frames of an object that it looks at, at most, 1–1,000")
    int ocr$_$frames() default 3;

    @AttributeDefinition(description = "Seconds that one picture may take, 1–600; the object is held then")
    int ocr$_$time$_$limit() default 30;

    @AttributeDefinition(description = "From which confidence a word counts, in per cent, 1–100")
    int ocr$_$confidence() default 70;
}
