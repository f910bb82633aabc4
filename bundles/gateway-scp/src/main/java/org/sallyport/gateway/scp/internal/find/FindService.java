package org.sallyport.gateway.scp.internal.find;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.query.BadIdentifier;
import org.sallyport.gateway.scp.internal.query.IdentifierReader;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.Query;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one C-FIND. Owned by the association's thread. */
public final class FindService {

    private static final Logger LOG = LoggerFactory.getLogger(FindService.class);

    private static final int OUT_OF_RESOURCES = 0xA700;
    private static final int DOES_NOT_MATCH = 0xA900;
    private static final int UNABLE_TO_PROCESS = 0xC001;

    /** Matches that are held back until they are counted and audited; more are audited as such before the first is sent. */
    private static final int HELD_BACK = 64;

    /** Candidates between two looks for a C-CANCEL. */
    private static final int LOOKS = 64;

    private final Asker asker;
    private final AuditLog audit;
    private final Sheets sheets;
    private final Lookups lookups;
    private final Details details;
    private final int mostMatches;
    private final String aet;
    private final String whenGone;

    /**
     * @param mostMatches more end in status A700
     * @param aet ours
     * @param whenGone Instance Availability of what was cleaned up
     */
    public FindService(
            Asker asker,
            AuditLog audit,
            Sheets sheets,
            Lookups lookups,
            Details details,
            int mostMatches,
            String aet,
            String whenGone) {
        this.asker = asker;
        this.audit = audit;
        this.sheets = sheets;
        this.lookups = lookups;
        this.details = details;
        this.mostMatches = mostMatches;
        this.aet = aet;
        this.whenGone = whenGone;
    }

    /** @throws IOException if the association has ended */
    public void serve(QueryRetrieveProvider provider, Model model, Negotiated negotiated) throws IOException {
        Query query;
        try {
            query = IdentifierReader.query(model, provider.identifier(), negotiated);
        } catch (BadIdentifier e) {
            provider.end(refusal(provider, e));
            return;
        } catch (DicomDataException e) {
            provider.end(unreadable(provider));
            return;
        }
        Run run = new Run(provider, query);
        CommandSet response;
        try {
            new Finder(
                            query,
                            asker.view(),
                            sheets,
                            lookups,
                            details,
                            new Answers(query, asker.view(), aet, whenGone),
                            run)
                    .run();
            response = provider.response(run.status());
            if (run.tooMany) {
                response.withComment("more than " + mostMatches + " matches: ask more narrowly");
            } else if (run.unknown) {
                response.withComment("images that only the back end holds: get the series");
            }
        } catch (AssociationException e) {
            run.note(", then the association ended");
            throw e;
        } catch (Sheets.NotSearchableException e) {
            response = provider.response(OUT_OF_RESOURCES).withComment(String.valueOf(e.getMessage()));
        } catch (IOException | UncheckedIOException e) {
            LOG.error("a query of {} could not be answered", asker.aet(), e);
            response =
                    provider.response(UNABLE_TO_PROCESS).withComment("cannot be answered now: see the gateway's log");
        }
        run.finish();
        provider.end(response);
    }

    /** Status A900 with the attribute that it is about. */
    public static CommandSet refusal(QueryRetrieveProvider provider, BadIdentifier why) {
        return provider.response(DOES_NOT_MATCH)
                .withOffendingElement(why.tag())
                .withComment(Dictionary.keywordOf(why.tag()) + ": " + why.getMessage());
    }

    public static CommandSet unreadable(QueryRetrieveProvider provider) {
        return provider.response(UNABLE_TO_PROCESS).withComment("the identifier cannot be read");
    }

    /** One query under way. */
    private final class Run implements Finder.Matches {

        private final QueryRetrieveProvider provider;
        private final Query query;
        private final List<DataSet> heldBack = new ArrayList<>();
        private int sent;
        private boolean streaming;
        private boolean tooMany;
        private boolean unknown;
        private boolean cancelled;
        private int looked;

        Run(QueryRetrieveProvider provider, Query query) {
            this.provider = provider;
            this.query = query;
        }

        @Override
        public boolean take(DataSet match) throws IOException {
            if (sent + heldBack.size() == mostMatches) {
                tooMany = true;
                return false;
            }
            if (!streaming && heldBack.size() == HELD_BACK) {
                note(" matches and more");
                streaming = true;
                flush();
            }
            if (streaming) {
                send(match);
            } else {
                heldBack.add(match);
            }
            cancelled = provider.isCancelled();
            return !cancelled;
        }

        @Override
        public void unknown() {
            unknown = true;
        }

        @Override
        public boolean goOn() throws IOException {
            if (++looked % LOOKS == 0) {
                cancelled |= provider.isCancelled();
            }
            return !cancelled;
        }

        private void send(DataSet match) throws IOException {
            provider.match(match, query.allSupported());
            sent++;
        }

        private void flush() throws IOException {
            for (DataSet match : heldBack) {
                send(match);
            }
            heldBack.clear();
        }

        int status() {
            if (cancelled) {
                return CommandSet.CANCELLED;
            }
            return tooMany ? OUT_OF_RESOURCES : unknown ? UNABLE_TO_PROCESS : CommandSet.SUCCESS;
        }

        /** Audits, then sends what is left. */
        void finish() throws IOException {
            note(" matches" + (tooMany ? ", there are more" : "") + (cancelled ? ", cancelled" : ""));
            if (!cancelled) {
                flush();
            }
        }

        private void note(String more) throws IOException {
            asker.audit(
                    audit,
                    "query.find",
                    "C-FIND",
                    (sent + heldBack.size()) + more + " at level " + query.level() + keys());
        }

        /** Which attributes were asked by, never values. */
        private String keys() {
            List<Integer> tags = new ArrayList<>(query.exact().keySet());
            for (Level level : Level.values()) {
                if (!query.unique(level).isEmpty() && !tags.contains(level.uniqueKey())) {
                    tags.add(level.uniqueKey());
                }
            }
            return tags.isEmpty()
                    ? ""
                    : tags.stream().map(Dictionary::keywordOf).sorted().collect(Collectors.joining(", ", " by ", ""));
        }
    }
}
