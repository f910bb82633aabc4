package org.sallyport.gateway.scp.internal.catalog;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** The sheets of all that the index knows, and of what only the back end holds. A study that both have is told by the index. Immutable. */
public final class MergedSheets implements Sheets {

    private final Sheets own;
    private final RemoteSheets remote;

    public MergedSheets(Sheets own, RemoteSheets remote) {
        this.own = own;
        this.remote = remote;
    }

    @Override
    public Optional<StudySheet> sheet(String studyInstanceUid) throws IOException {
        Optional<StudySheet> known = own.sheet(studyInstanceUid);
        return known.isEmpty() ? remote.sheet(studyInstanceUid) : Optional.of(whole(known.get()));
    }

    /** With the series that only the back end holds. A study that was deleted here stays deleted. */
    private StudySheet whole(StudySheet known) {
        if (remote.isEmpty() || known.instances() == 0) {
            return known;
        }
        return remote.inMemory(known.studyInstanceUid()).map(known::together).orElse(known);
    }

    @Override
    public void scan(Query query, View view, Visitor visitor) throws IOException {
        remote.requireSearchable();
        AtomicBoolean over = new AtomicBoolean();
        own.scan(query, view, sheet -> {
            boolean more = visitor.visit(whole(sheet));
            over.set(!more);
            return more;
        });
        if (!over.get()) {
            remote.scan(query, view, sheet -> own.has(sheet.studyInstanceUid()) || visitor.visit(sheet));
        }
    }

    @Override
    public boolean isSearchable() {
        return own.isSearchable() && remote.isSearchable();
    }

    @Override
    public boolean has(String studyInstanceUid) {
        return own.has(studyInstanceUid) || remote.has(studyInstanceUid);
    }
}
