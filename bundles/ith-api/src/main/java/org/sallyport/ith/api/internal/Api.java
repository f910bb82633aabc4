package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers calls. Thread-safe. */
final class Api {

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    private static final int MOST_AT_ONCE = 8;
    private static final int PATIENCE_SECONDS = 5;

    private final ApiSettings settings;
    private final Parts parts;
    private final LongSupplier nanos;
    private final CrossOrigin crossOrigin;
    private final Admission admission;
    private final PhiAudit audit;
    private final PhiApi phi;
    private final StatusPage status;
    private final Semaphore hands = new Semaphore(MOST_AT_ONCE);

    /** @param nanos time that only passes, for example {@link System#nanoTime} */
    Api(ApiSettings settings, Parts parts, Clock clock, LongSupplier nanos) {
        this.settings = settings;
        this.parts = parts;
        this.nanos = nanos;
        this.crossOrigin = new CrossOrigin(settings.allowedOrigins());
        this.admission = new Admission(settings, nanos);
        this.audit = new PhiAudit(parts::audit, nanos);
        this.phi = new PhiApi(audit);
        this.status = new StatusPage(settings.version(), clock, nanos);
    }

    /** @return null if nothing is there */
    private static @Nullable String methods(String path) {
        return switch (path) {
            case "health", "status", "openapi.json" -> "GET, HEAD, OPTIONS";
            default -> PhiApi.has(path) ? "POST, OPTIONS" : null;
        };
    }

    Answer preflight(Call call, boolean toPrivateNetwork) {
        String methods = methods(call.path());
        return methods == null
                ? nothing()
                : new Answer(204, null, crossOrigin.preflight(call.origin(), toPrivateNetwork, methods))
                        .with("Allow", methods);
    }

    private static Answer nothing() {
        return Answer.error(404, "There is nothing at this address.");
    }

    /** @throws IOException if the connection is lost */
    Answer answer(Call call) throws IOException {
        Answer answer;
        try {
            answer = route(call);
        } catch (Refused e) {
            answer = e.answer();
        }
        return answer.with(crossOrigin.headers(call.origin()));
    }

    private Answer route(Call call) throws Refused, IOException {
        String methods = methods(call.path());
        if (methods == null) {
            return nothing();
        }
        boolean reads = call.method().equals("GET") || call.method().equals("HEAD");
        if (reads != methods.startsWith("GET") || !reads && !call.method().equals("POST")) {
            return Answer.detail(405, "Allowed here: " + methods + ".").with("Allow", methods);
        }
        return switch (call.path()) {
            case "health" -> {
                DicomReceiver receiver = parts.receiver();
                yield HealthPage.of(receiver == null ? null : receiver.status(), settings.version());
            }
            case "openapi.json" -> Answer.of(200, OpenApi.document());
            case "status" -> status(call);
            default -> phi(call);
        };
    }

    private Answer status(Call call) throws Refused {
        Bearer bearer = admission.admit(call.client(), Bearer.of(call.authorization()), parts.backEnd());
        DicomReceiver receiver = parts.receiver();
        BackEndRegistration backEnd = parts.backEnd();
        BackEndRules rules = parts.rules();
        StudyIndex index = parts.index();
        if (receiver == null || backEnd == null || rules == null || index == null) {
            throw new Refused(notReady(), "not ready");
        }
        try {
            return status.of(receiver, backEnd, rules, index, bearer);
        } catch (IOException | RuntimeException e) {
            return failed(call, e);
        }
    }

    /** What is refused is audited here; the rest by the vault. */
    private Answer phi(Call call) throws Refused, IOException {
        Bearer bearer = Bearer.of(call.authorization());
        ObjectNode request = null;
        try {
            checkWay(call);
            Bearer admitted = admission.admit(call.client(), bearer, parts.backEnd());
            request = Body.read(call, nanos);
            IdentityDirectory directory = parts.identity();
            if (directory == null) {
                throw new Refused(notReady(), "the vault is not there");
            }
            takeHand();
            try {
                return phi.tell(directory, call, admitted, request);
            } catch (AccessDeniedException e) {
                return Answer.detail(403, "You do not have permission to perform this action.");
            } catch (IOException | RuntimeException e) {
                return failed(call, e);
            } finally {
                hands.release();
            }
        } catch (Refused e) {
            String asked = PhiApi.asked(call.path(), request == null ? Body.arrived(call) : request);
            audit.refused(call.client(), bearer, call.path(), asked, e.why());
            throw e;
        }
    }

    /** Whether identity may go to where the call comes from, whoever calls. */
    private void checkWay(Call call) throws Refused {
        if (!settings.tellsIdentity()) {
            throw new Refused(
                    Answer.detail(403, "This gateway tells no original values (phi-api = off)."), "phi-api is off");
        }
        if (!crossOrigin.admits(call.origin())) {
            throw new Refused(Answer.detail(403, "Pages of this origin may not call."), "a page of another origin");
        }
        if (!call.client().isPrivate()) {
            throw new Refused(
                    Answer.detail(403, "Original values are told over HTTPS only."),
                    "not over HTTPS, and not this machine");
        }
    }

    private void takeHand() throws Refused {
        boolean taken = false;
        try {
            taken = hands.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!taken) {
            throw new Refused(
                    Answer.error(503, "Too many calls at the same time.").with("Retry-After", "1"), "too busy");
        }
    }

    private static Answer notReady() {
        return Answer.error(503, "The gateway is not ready.").with("Retry-After", "5");
    }

    /** Neither the message of what went wrong nor anything of the request goes into the log: it may be an original value. */
    private static Answer failed(Call call, Exception e) {
        StackTraceElement[] stack = e.getStackTrace();
        LOG.error(
                "/api/{}/ failed: {} at {}",
                call.path(),
                e.getClass().getName(),
                stack.length == 0 ? "an unknown place" : stack[0]);
        return Answer.error(500, "This failed in the gateway; its log says where.");
    }
}
