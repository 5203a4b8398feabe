package io.github.hwtasks.internal;

import io.github.hwtasks.Environment;

/** Finds misspelled names of variables. */
final class Hints {
    /** How many letters may differ. */
    private static final int MAX_DISTANCE = 2;

    private Hints() {}

    /** Returns a help, with the variable that was probably meant to be one of the wanted. */
    static String similar(Environment environment, String help, String... wanted) {
        for (String name : wanted) {
            for (String set : environment.names()) {
                if (!set.equals(name) && distance(set, name) <= MAX_DISTANCE) {
                    return help + "; " + Text.oneLine(set) + " is set: did you mean " + name + "?";
                }
            }
        }
        return help;
    }

    /** Returns the number of letters to insert, remove or replace; one more than the maximum for many. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > MAX_DISTANCE) {
            return MAX_DISTANCE + 1;
        }
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
            }
            last = row;
        }
        return last[b.length()];
    }
}
