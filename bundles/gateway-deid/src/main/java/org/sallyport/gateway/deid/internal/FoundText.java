package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.image.Region;

/** What tesseract has found, from its table of tab-separated values. Pure functions; no word leaves them. */
final class FoundText {

    private static final String HEADER =
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext";
    private static final int COLUMNS = 12;
    private static final String WORD = "5";

    /** Anatomy and noise are taken for one or two letters now and then. */
    private static final int LEAST_CHARACTERS = 3;

    /** Noise is not taken for as many digits: they count at half of the confidence, which dashes and points between them lower. */
    private static final int LEAST_DIGITS = 5;

    private FoundText() {}

    /**
     * Where words stand that are text for sure enough.
     *
     * @param scale how much larger the picture was than the frame
     * @param confidence 1–100
     * @throws Doubt if it is no such table
     */
    static List<Region> places(String table, int scale, int confidence) {
        List<Region> places = new ArrayList<>();
        List<String> lines = table.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw odd();
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split("\t", -1);
            if (values.length != COLUMNS) {
                throw odd();
            }
            if (values[0].equals(WORD) && isText(values[11], number(values[10]), confidence)) {
                places.add(region(values, scale));
            }
        }
        return places;
    }

    static boolean isText(String word, double confidence, int least) {
        long digits = word.codePoints().filter(Character::isDigit).count();
        long characters = word.codePoints().filter(Character::isLetterOrDigit).count();
        return characters >= LEAST_CHARACTERS && confidence >= least
                || digits >= LEAST_DIGITS && confidence >= least / 2.0;
    }

    private static Region region(String[] values, int scale) {
        int left = (int) number(values[6]) / scale;
        int top = (int) number(values[7]) / scale;
        int width = Math.max(1, (int) number(values[8]) / scale);
        int height = Math.max(1, (int) number(values[9]) / scale);
        if (left < 0 || top < 0) {
            throw odd();
        }
        return new Region(left, top, width, height);
    }

    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Math.abs(number) <= 65_535 * 4) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Its message would hold what was read.
        }
        throw odd();
    }

    private static Doubt odd() {
        return new Doubt("tesseract answered something else than a table of words");
    }
}
