package org.sallyport.gateway.scp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.query.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Query and retrieve", description = "Who finds and gets what, and storage commitment")
public @interface QueryConfiguration {

    @AttributeDefinition(
            description =
                    "MiB for names and what else queries ask of studies, 1–65536; half as much again of the back end's")
    int name$_$index$_$memory() default 96;

    @AttributeDefinition(description = "Matches that a query is answered with, 1–10000000; more end in status A700")
    int max$_$matches() default 10_000;

    @AttributeDefinition(
            description =
                    "What callers that are no node get in public mode: nothing, or pseudonymous answers and images")
    String unknown$_$callers() default "nothing";

    @AttributeDefinition(
            description =
                    "Associations of one C-MOVE to its destination, 1–16; for single ones AET=number, parted by commas")
    String move$_$associations() default "1";

    @AttributeDefinition(description = "When an image counts as committed: stored (durable here) or delivered")
    String commitment() default "stored";

    @AttributeDefinition(description = "Hours to wait for deliveries before a commitment fails, 1–720")
    int commitment$_$wait() default 72;

    @AttributeDefinition(
            description = "Where the result of a commitment is reported: new (association to the node) or same")
    String commitment$_$report() default "new";
}
