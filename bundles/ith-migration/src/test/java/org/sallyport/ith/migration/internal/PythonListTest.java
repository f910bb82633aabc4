package org.sallyport.ith.migration.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists as Python prints them, and what only looks like one. */
class PythonListTest {

    @Test
    void listsAreReadBack() {
        assertEquals("A\\B", PythonList.value("['A', 'B']"));
        assertEquals("O'Neil^A\\B\"C", PythonList.value("[\"O'Neil^A\", 'B\"C']"));
        assertEquals("it's", PythonList.value("['it\\'s']"));
        assertEquals("1.5\\-2\\3e4", PythonList.value("[1.5, -2, 3e4]"));
        assertEquals("Grün\\頭\\\uD83D\uDE00", PythonList.value("['Gr\\xfcn', '\\u982d', '\\U0001f600']"));
        assertEquals("a\nb", PythonList.value("['a\\nb']"));
        assertEquals("", PythonList.value("[]"));
        assertEquals("\\", PythonList.value("['', '']"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "plain",
                "[A, B]",
                "['A'",
                "['A',]",
                "['A' 'B']",
                "['A']]",
                "[__import__('os')]",
                "[None]",
                "['A\\q']",
                "['\\x4']",
                "['\\UFFFFFFFF']",
                "[[1]]",
                "[1 2]",
                "[+-1]",
                "[biopsy] left"
            })
    void whatIsNoListStaysAsItIs(String text) {
        assertEquals(text, PythonList.value(text));
    }

    @Test
    void aListWithoutEndIsNoList() {
        String long1 = "[" + "1,".repeat(2_000) + "1]";
        assertEquals(long1, PythonList.value(long1));
        String long2 = "['" + "x".repeat(70_000) + "']";
        assertEquals(long2, PythonList.value(long2));
    }
}
