package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {

    @Test
    void aTableHasAHeadingAndALineForEachRowWithWholeValues() throws IOException {
        Listing list = new Listing("study", "images", "reason");
        String uid = "2.25." + "1".repeat(39);
        String reason = "the back end answered 400 " + "x".repeat(300);
        list.row(uid, 12, reason);
        list.row("2.25.2", null, null);
        String[] lines = print(list, false).split("\n", -1);
        assertTrue(lines[0].contains("study") && lines[0].contains("images"), lines[0]);
        assertTrue(lines[2].contains(uid) && lines[2].contains("12") && lines[2].contains(reason), lines[2]);
        assertTrue(lines[3].contains("2.25.2"), lines[3]);
        assertFalse(lines[3].contains("null"), lines[3]);
    }

    @Test
    void jsonHasTheColumnsAsKeysInOrderAndTypesAsTheyAre() throws IOException {
        Listing list = new Listing("id", "images", "whole", "modalities", "at", "reason");
        list.row("a\"b", 12L, true, List.of("CT", "MR"), Instant.EPOCH, null);
        assertEquals(
                new ObjectMapper()
                        .readTree("[{\"id\":\"a\\\"b\",\"images\":12,\"whole\":true,\"modalities\":[\"CT\",\"MR\"],"
                                + "\"at\":\"1970-01-01T00:00:00Z\",\"reason\":null}]")
                        .toString(),
                new ObjectMapper().readTree(print(list, true)).toString());
    }

    @Test
    void jsonOfNothingIsAnEmptyList() throws IOException {
        assertEquals(
                "[]", new ObjectMapper().readTree(print(new Listing("a"), true)).toString());
        assertTrue(print(new Listing("alpha"), false).contains("alpha"));
    }

    @Test
    void nothingInATableSteersTheTerminal() throws IOException {
        Listing list = new Listing("calling");
        list.row("A\u001B[2JB\nC\rD\u0007\u009B1m");
        String text = print(list, false);
        assertTrue(text.contains("A?[2JB?C?D??1m"), text);
    }

    @Test
    void aRowHasAValueForEachColumn() {
        Listing list = new Listing("a", "b");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> list.row("x"));
        assertEquals("1 values for 2 columns", e.getMessage());
    }

    private static String print(Listing list, boolean json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            list.print(out, json);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
