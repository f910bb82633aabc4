package org.sallyport.admin.shell.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A service that a command looks up each time it runs; {@code null} if it is not registered. In place of Karaf's {@code Reference}: with that each service
 * that comes or goes takes all of this bundle's commands away and gives them anew, and who calls one in that moment is told that there is no such command.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface IfThere {}
