package io.github.hwtasks.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IP addresses, without any lookup of names. */
final class Addresses {
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Addresses() {}

    /** Returns the address that a text writes, with or without brackets; null for a name. */
    static InetAddress parse(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!V4.matcher(host).matches() && !V6.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Reports whether an address is in a network, such as 10.0.0.0/8. */
    static boolean isIn(InetAddress address, String network) {
        int slash = network.indexOf('/');
        InetAddress base = slash < 0 ? null : parse(network.substring(0, slash));
        String length = network.substring(slash + 1);
        if (base == null || !Text.isDigits(length) || length.length() > 3) {
            return false;
        }
        byte[] a = address.getAddress();
        byte[] b = base.getAddress();
        int bits = Integer.parseInt(length);
        if (a.length != b.length || bits > a.length * 8) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((a[i >> 3] & mask) != (b[i >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
