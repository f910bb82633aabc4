package org.sallyport.admin.shell.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.lang.reflect.Field;
import java.security.AccessController;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.Subject;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/** What the gateway's commands have in common. */
abstract class GatewayCommand implements Action {

    static final String PROBLEM_ABSENT = " is not there: see log:tail, and whether the bundle is active (bundle:list)";

    private static final int MOST = 10_000;

    @Option(name = "--json", description = "Print JSON")
    boolean json;

    /** Karaf makes a command anew each time that it runs. */
    GatewayCommand() {
        Bundle bundle = FrameworkUtil.getBundle(getClass());
        // There is none in a unit test.
        if (bundle != null) {
            for (Class<?> type = getClass(); type != GatewayCommand.class; type = type.getSuperclass()) {
                lookUp(bundle.getBundleContext(), type);
            }
        }
    }

    private void lookUp(BundleContext context, Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            if (field.isAnnotationPresent(IfThere.class)) {
                ServiceReference<?> reference = context.getServiceReference(field.getType());
                try {
                    field.set(this, reference == null ? null : context.getService(reference));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(field + " is not to be set: is it private?", e);
                }
            }
        }
    }

    static <T> T need(@Nullable T service, String name) {
        if (service == null) {
            throw new IllegalStateException(name + PROBLEM_ABSENT);
        }
        return service;
    }

    /** Says what was done: to people in a sentence, to programs as one JSON object that holds the sentence too. */
    final void tell(Sheet sheet, String message) throws JsonProcessingException {
        if (json) {
            sheet.put("message", message);
            sheet.print(System.out, true);
        } else {
            System.out.println(message);
        }
    }

    /** A count that a person asked for. */
    static int count(String option, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(option + " " + value + ": must be 1–" + MOST);
        }
        return value;
    }

    /** The user's roles, by JAAS. */
    @SuppressWarnings("removal")
    static Set<String> roles() {
        Set<String> roles = new TreeSet<>();
        Subject subject = Subject.getSubject(AccessController.getContext());
        if (subject != null) {
            subject.getPrincipals().stream()
                    .filter(principal -> principal.getClass().getSimpleName().equals("RolePrincipal"))
                    .forEach(principal -> roles.add(principal.getName()));
        }
        return roles;
    }

    /** The user's name, by JAAS. */
    @SuppressWarnings("removal")
    static String user() {
        Subject subject = Subject.getSubject(AccessController.getContext());
        return subject == null
                ? "unknown"
                : subject.getPrincipals().stream()
                        .filter(principal ->
                                principal.getClass().getSimpleName().equals("UserPrincipal"))
                        .map(java.security.Principal::getName)
                        .findFirst()
                        .orElse("unknown");
    }
}
