package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.osgi.service.component.annotations.Component;

/** Who is who: users and roles of Karaf's realm, the same as in the shell. Thread-safe. */
interface Login {

    /** @return the user's roles; empty if the user is not known by this password */
    Optional<Set<String>> roles(String user, String password);

    /** By JAAS. */
    @Component(service = Login.class)
    final class Jaas implements Login {

        private static final String REALM = "karaf";

        @Override
        public Optional<Set<String>> roles(String user, String password) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            // JAAS looks for the realm's module by it.
            thread.setContextClassLoader(Jaas.class.getClassLoader());
            try {
                LoginContext context =
                        new LoginContext(REALM, new Subject(), callbacks -> answer(callbacks, user, password));
                context.login();
                Set<String> roles = new TreeSet<>();
                context.getSubject().getPrincipals().stream()
                        .filter(principal ->
                                principal.getClass().getSimpleName().equals("RolePrincipal"))
                        .forEach(principal -> roles.add(principal.getName()));
                context.logout();
                return Optional.of(roles);
            } catch (LoginException e) {
                return Optional.empty();
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        private static void answer(Callback[] callbacks, String user, String password)
                throws IOException, UnsupportedCallbackException {
            for (Callback callback : callbacks) {
                if (callback instanceof NameCallback name) {
                    name.setName(user);
                } else if (callback instanceof PasswordCallback secret) {
                    secret.setPassword(password.toCharArray());
                } else {
                    throw new UnsupportedCallbackException(callback);
                }
            }
        }
    }
}
