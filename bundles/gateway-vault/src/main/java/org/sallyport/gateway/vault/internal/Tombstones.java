package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * The file {@value #FILE}: which patients were erased. It is kept apart from the journal so that it can be put beside one of an older back-up. Guarded by
 * {@link JournalPseudonymizer}.
 */
final class Tombstones {

    static final String FILE = "erased";

    private static final Pattern LINE = Pattern.compile("(\\d{1,9}) (\\S{1,80}) (\\S{1,40})");
    private static final long LONGEST = 64L << 20;

    private final Path file;
    private final List<Tombstone> all = new ArrayList<>();

    /**
     * @param number of the patient; with the pseudonym, because after an older back-up the number may be another one's
     * @param at when it was erased
     */
    record Tombstone(int number, String pseudonym, Instant at) {}

    /** @throws VaultException if the file cannot be understood: an erasure might be missed */
    Tombstones(Path folder) throws IOException {
        this.file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return;
        }
        if (Files.size(file) > LONGEST) {
            throw new VaultException(file + " is longer than " + LONGEST + " bytes: it is none of the vault's");
        }
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            number++;
            if (!line.startsWith("#") && !line.isBlank()) {
                all.add(read(line, number));
            }
        }
    }

    private Tombstone read(String line, int number) throws VaultException {
        Matcher fields = LINE.matcher(line.strip());
        try {
            if (fields.matches()) {
                return new Tombstone(
                        Integer.parseInt(fields.group(1)),
                        String.valueOf(fields.group(2)),
                        Instant.parse(String.valueOf(fields.group(3))));
            }
        } catch (DateTimeException e) {
            throw new VaultException(file + " line " + number + " is damaged: restore it from a backup", e);
        }
        throw new VaultException(file + " line " + number + " is damaged: restore it from a backup");
    }

    List<Tombstone> all() {
        return List.copyOf(all);
    }

    /** Durable on return. */
    void add(Tombstone one) throws VaultException {
        List<Tombstone> more = new ArrayList<>(all);
        more.add(one);
        StringBuilder text = new StringBuilder(
                "# Patients who were erased. Keep this file apart from back-ups, and put the newest one beside a journal that is restored.\n");
        more.forEach(each -> text.append(each.number())
                .append(' ')
                .append(each.pseudonym())
                .append(' ')
                .append(each.at())
                .append('\n'));
        try {
            DataFolder.replace(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new VaultException("what is to be erased cannot be noted down", e);
        }
        all.add(one);
    }
}
