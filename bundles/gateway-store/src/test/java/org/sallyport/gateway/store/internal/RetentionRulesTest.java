package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionRulesTest {

    /** With everything else as it is by default, but for a time for the destination pacs. */
    private static RetentionRules afterUpload(String value) {
        return RetentionRules.of((RetentionConfiguration) Proxy.newProxyInstance(
                RetentionConfiguration.class.getClassLoader(),
                new Class<?>[] {RetentionConfiguration.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "cleanup$_$after$_$upload" -> value;
                    case "cleanup$_$after" -> "pacs=7d";
                    default -> method.getDefaultValue();
                }));
    }

    @Test
    void whatIsUploadedGoesAtOnceOrStaysAsTheOldSwitchSays() {
        for (String yes : List.of("true", "True", " yes ", "1", "on")) {
            assertEquals(Optional.of(Duration.ZERO), afterUpload(yes).after("ith"), yes);
        }
        for (String no : List.of("false", "False", "no", "0", "off")) {
            assertEquals(Optional.empty(), afterUpload(no).after("ith"), no);
            assertEquals(Optional.of(Duration.ofDays(7)), afterUpload(no).after("pacs"), "others go by their own");
        }
    }

    @Test
    void aSwitchThatIsNoneIsNamedWithItsVariable() {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> afterUpload("maybe"))
                .getMessage());
        assertTrue(message.contains("CLEANUP_AFTER_UPLOAD") && message.contains("true or false"), message);
    }
}
