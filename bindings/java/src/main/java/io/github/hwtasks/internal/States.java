package io.github.hwtasks.internal;

/** States of items. */
public final class States {
    private States() {}

    /** Compares a state without regard to the case of ASCII letters: the documents do not promise it. */
    public static boolean isOneOf(String state, String... known) {
        for (var one : known) {
            if (isSame(state, one)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSame(String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        for (int i = 0; i < a.length(); i++) {
            if (lower(a.charAt(i)) != lower(b.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
    }
}
