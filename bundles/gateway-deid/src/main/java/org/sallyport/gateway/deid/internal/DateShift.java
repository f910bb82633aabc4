package org.sallyport.gateway.deid.internal;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;

/** Moves dates by whole days into the past; times of day stay. Pure. */
final class DateShift {

    private DateShift() {}

    /**
     * Moves each value of DA or DT text. A DT of a year or month only is moved as its first day and keeps its precision. What is no date becomes
     * empty.
     */
    static String shift(String text, int days) {
        String[] values = text.split("\\\\", -1);
        for (int i = 0; i < values.length; i++) {
            values[i] = shiftOne(values[i].strip(), days);
        }
        return String.join("\\", values);
    }

    private static String shiftOne(String value, int days) {
        // ACR-NEMA wrote 2001.12.31 (PS3.5 6.2, note on DA); it goes out in today's form.
        String date = value.matches("\\d{4}\\.\\d{2}\\.\\d{2}") ? value.replace(".", "") : value;
        int digits = 0;
        while (digits < date.length() && digits < 8 && Character.isDigit(date.charAt(digits))) {
            digits++;
        }
        if (digits != 8 && digits != 6 && digits != 4) {
            return "";
        }
        try {
            LocalDate moved = LocalDate.of(
                            Integer.parseInt(date.substring(0, 4)),
                            digits >= 6 ? Integer.parseInt(date.substring(4, 6)) : 1,
                            digits == 8 ? Integer.parseInt(date.substring(6, 8)) : 1)
                    .minusDays(days);
            String whole = String.format(
                    Locale.ROOT, "%04d%02d%02d", moved.getYear(), moved.getMonthValue(), moved.getDayOfMonth());
            return whole.substring(0, digits) + date.substring(digits);
        } catch (DateTimeException e) {
            return "";
        }
    }
}
