package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.store.StudyIndex.Totals;

/** {@code GET /api/status/}: the gateway as its front end shows it; pseudonymous values only. Totals are counted once in half a minute. */
final class StatusPage {

    private static final int RECENT = 5;
    private static final long TOTALS_NANOS = Duration.ofSeconds(30).toNanos();

    private final String version;
    private final Clock clock;
    private final LongSupplier nanos;

    /** Guarded by this, as is the next. */
    private @Nullable Totals totals;

    private long countedAt;

    StatusPage(String version, Clock clock, LongSupplier nanos) {
        this.version = version;
        this.clock = clock;
        this.nanos = nanos;
    }

    Answer of(DicomReceiver receiver, BackEndRegistration backEnd, BackEndRules rules, StudyIndex index, Bearer bearer)
            throws IOException {
        DicomReceiver.Status status = receiver.status();
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("status", HealthPage.word(status.receiving()))
                .put("service", HealthPage.SERVICE)
                .put("version", version)
                .put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        body.putObject("user").put("name", bearer.claimedName()).put("verified", false);
        BackEndRegistration.Profile profile = backEnd.profile().orElse(null);
        body.putObject("proxy")
                .put("name", profile == null ? "" : profile.name())
                .put("workspace_id", profile == null ? "" : profile.workspaceId())
                .put("is_active", rules.proxyActive())
                .put("health_status", status.receiving() ? "online" : status.listening() ? "error" : "offline");
        body.putObject("dicom")
                .put("port", status.port())
                .put("ae_title", status.aet())
                .put("ip_address", backEnd.address())
                .put("anonymization_enabled", profile == null || profile.deidentifies())
                .put("mode", rules.mode().name().toLowerCase(Locale.ROOT));
        body.set("nodes", nodes(rules.nodes(), backEnd));
        Totals known = totals(index);
        body.putObject("database").put("sessions", known.studies()).put("scans", known.series());
        ArrayNode recent = body.putArray("recent_activity");
        index.newest(RECENT).forEach(study -> recent.add(activity(study)));
        return Answer.of(200, body);
    }

    /** One that was not asked yet does not count as reachable. */
    private static ObjectNode nodes(List<Node> nodes, BackEndRegistration backEnd) {
        var answers = backEnd.reachability();
        List<Node> active = nodes.stream().filter(Node::active).toList();
        long reachable = active.stream()
                .filter(node -> answers.getOrDefault(node.id(), false))
                .count();
        return JsonNodeFactory.instance
                .objectNode()
                .put("total", nodes.size())
                .put("active", active.size())
                .put("reachable", reachable)
                .put("unreachable", active.size() - reachable);
    }

    private synchronized Totals totals(StudyIndex index) throws IOException {
        Totals known = totals;
        if (known == null || nanos.getAsLong() - countedAt > TOTALS_NANOS) {
            known = index.totals();
            totals = known;
            countedAt = nanos.getAsLong();
        }
        return known;
    }

    private static ObjectNode activity(StudyRecord study) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("patient_id", study.pseudonym())
                .put("patient_name", study.pseudonym())
                .put("study_uid", study.studyInstanceUid())
                .put("scans", study.series())
                .put("status", Originals.status(study.parts() > 0 && study.loose() == 0))
                .put("created_at", study.firstReceivedAt().toString());
    }
}
