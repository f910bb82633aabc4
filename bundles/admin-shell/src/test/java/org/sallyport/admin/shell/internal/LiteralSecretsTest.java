package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;

class LiteralSecretsTest {

    private static List<String> problems(String pid) {
        return LiteralSecrets.problems(
                pid,
                FrameworkUtil.asDictionary(Map.of(
                        ".password", "hunter2", ".token", "$[env:TOKEN]", ".key", "FILE(/run/key)", "url", "x")));
    }

    @Test
    void aSecretOfAVendorThatStandsInTheFileIsNamedWithoutItsValue() {
        List<String> problems = problems("com.example.vendor~archive");
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).startsWith("com.example.vendor~archive: .password: stands in the clear"));
        assertTrue(problems.stream().noneMatch(problem -> problem.contains("hunter2")));
    }

    @Test
    void theGatewaysOwnAreRefusedByTheirBundles() {
        assertEquals(List.of(), problems("org.sallyport.ith"));
    }
}
