package org.sallyport.admin.shell.internal;

import java.time.Instant;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.PatientRegister;

/** patient:erase. */
@Service
@Command(
        scope = "patient",
        name = "erase",
        description = "Destroys the patient's key: what was sealed of the patient can never be opened again")
public final class PatientErase extends VaultCommand {

    private static final int MOST_STUDIES = 10_000;

    @IfThere
    @Nullable
    StudyFinder finder;

    @IfThere
    @Nullable
    StudyIndex index;

    @IfThere
    @Nullable
    PatientRegister register;

    @Argument(index = 0, name = "pseudonym", required = true, description = "Of the patient")
    String pseudonym = "";

    @Option(
            name = "--keep-images",
            description =
                    "De-identified images that are here stay, without a way back; they are not cleaned up by themselves")
    boolean keepImages;

    @Override
    public @Nullable Object execute() throws Exception {
        int images = images();
        if (images > 0 && !keepImages) {
            throw new IllegalStateException(pseudonym + " has " + images
                    + " images here: remove them first (study:delete), or keep them de-identified (--keep-images)");
        }
        Instant at = vault().erase(pseudonym, request(pseudonym));
        Sheet sheet = new Sheet();
        sheet.put("pseudonym", pseudonym);
        sheet.put("erased-at", at);
        tell(
                sheet,
                pseudonym + " is erased. Back-ups from before " + at
                        + " still hold the key: keep vault/erased, and put it beside a journal that is restored");
        return null;
    }

    /** Under all pseudonyms that the patient has or had. */
    private int images() throws IndexException {
        StudyIndex studies = need(index, "the index");
        int images = 0;
        for (String name : need(register, "the vault").all(pseudonym)) {
            for (String study : need(finder, "the index").studiesOf(name, MOST_STUDIES)) {
                images += (int) studies.instances(study).stream()
                        .filter(StoredInstance::isHere)
                        .count();
            }
        }
        return images;
    }
}
