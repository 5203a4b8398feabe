package io.github.hwtasks.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IP addresses, without any lookup of names. */
final class Addresses {
    private static final Pattern V4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Addresses() {}

    /** Returns the address that a text writes, with or without brackets; null for a name. */
    static InetAddress parse(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        // An address ends in a digit or has a colon.
        boolean mayBe = !host.isEmpty() && Character.isDigit(host.charAt(host.length() - 1)) || host.indexOf(':') >= 0;
        if (!mayBe) {
            return null;
        }
        if (!V4.matcher(host).matches() && !V6.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Reports whether a text is an address, or a network such as 10.0.0.0/8. */
    static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        InetAddress base = parse(slash < 0 ? text : text.substring(0, slash));
        return base != null && (slash < 0 || bits(text.substring(slash + 1), base) >= 0);
    }

    /** Reads the number of bits of a network; -1 if there are no such networks. */
    private static int bits(String text, InetAddress base) {
        int bits = Text.isDigits(text) && text.length() <= 3 ? Integer.parseInt(text) : -1;
        return bits > base.getAddress().length * 8 ? -1 : bits;
    }

    /** Reports whether an address is in a network, or is the address that the text writes. */
    static boolean isIn(InetAddress address, String network) {
        int slash = network.indexOf('/');
        InetAddress base = parse(slash < 0 ? network : network.substring(0, slash));
        if (base == null || base.getAddress().length != address.getAddress().length) {
            return false;
        }
        byte[] a = address.getAddress();
        byte[] b = base.getAddress();
        int bits = slash < 0 ? a.length * 8 : bits(network.substring(slash + 1), base);
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((a[i >> 3] & mask) != (b[i >> 3] & mask)) {
                return false;
            }
        }
        return bits >= 0;
    }
}
