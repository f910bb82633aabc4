package org.sallyport.gateway.deid.internal;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Moves dates by whole days into the past; times of day stay. Pure. */
final class DateShift {

    /** DA and DT (PS3.5 6.2); what follows the date is held to its form, so that nothing else is carried along. */
    private static final String FORM =
            "[0-9]{4}(?:(?:0[1-9]|1[0-2])(?:[0-3][0-9](?:(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,6})?)?)?)?)?)?"
                    + "(?:-(?:0[0-9]|1[0-2])[0-5][0-9]|\\+(?:0[0-9]|1[0-4])[0-5][0-9])?";

    private static final Pattern SINGLE = Pattern.compile(FORM);
    private static final Pattern RANGE = Pattern.compile("(" + FORM + ")?-(" + FORM + ")?");
    private static final Pattern ACR_NEMA = Pattern.compile("[0-9]{4}\\.[0-9]{2}\\.[0-9]{2}");

    private DateShift() {}

    /**
     * Moves each value of DA or DT text; both ends of a range. A DT of a year or month only is moved as its first day and keeps its precision. What
     * is no date becomes empty.
     */
    static String shift(String text, int days) {
        String[] values = text.split("\\\\", -1);
        for (int i = 0; i < values.length; i++) {
            values[i] = shiftValue(values[i].strip(), days);
        }
        return String.join("\\", values);
    }

    private static String shiftValue(String value, int days) {
        // ACR-NEMA wrote 2001.12.31 (PS3.5 6.2, note on DA); it goes out in today's form.
        String date = ACR_NEMA.matcher(value).matches() ? value.replace(".", "") : value;
        if (SINGLE.matcher(date).matches()) {
            return shiftOne(date, days);
        }
        Matcher range = RANGE.matcher(date);
        if (!range.matches()) {
            return "";
        }
        String from = range.group(1) == null ? "" : shiftOne(range.group(1), days);
        String to = range.group(2) == null ? "" : shiftOne(range.group(2), days);
        boolean lost = from.isEmpty() != (range.group(1) == null) || to.isEmpty() != (range.group(2) == null);
        return lost || from.isEmpty() && to.isEmpty() ? "" : from + "-" + to;
    }

    private static String shiftOne(String date, int days) {
        int digits = 4;
        while (digits < date.length() && digits < 8 && Character.isDigit(date.charAt(digits))) {
            digits++;
        }
        try {
            LocalDate moved = LocalDate.of(
                            Integer.parseInt(date.substring(0, 4)),
                            digits >= 6 ? Integer.parseInt(date.substring(4, 6)) : 1,
                            digits == 8 ? Integer.parseInt(date.substring(6, 8)) : 1)
                    .minusDays(days);
            if (moved.getYear() < 1 || date.startsWith("0000")) {
                return "";
            }
            return digits(moved).substring(0, digits) + date.substring(digits);
        } catch (DateTimeException e) {
            return "";
        }
    }

    /** YYYYMMDD. Several for each image: a formatter would cost ten times as much. */
    private static String digits(LocalDate date) {
        int number = (date.getYear() * 100 + date.getMonthValue()) * 100 + date.getDayOfMonth();
        return String.valueOf(100_000_000 + number).substring(1);
    }
}
