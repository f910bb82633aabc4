package org.sallyport.dicom.data.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads the tab-separated tables of this bundle; their first line names the edition. */
public final class Table {

    private Table() {}

    /** @throws IllegalStateException if the table is missing or a row has not the expected number of columns */
    public static void read(String name, int columns, Consumer<String[]> rows) {
        try (InputStream in = Table.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("table " + name + " is missing from the bundle");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] row = line.split("\t", -1);
                    if (row.length != columns) {
                        throw new IllegalStateException("table " + name + ": a row has " + row.length + " columns");
                    }
                    rows.accept(row);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
