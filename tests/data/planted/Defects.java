// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
package planted;

import java.io.*;
import java.math.BigDecimal;
import java.sql.*;

public class Defects { // bad: java-equals-without-hashcode
    private String name;

    @Override
    public boolean equals(Object other) {
        return other instanceof Defects && ((Defects) other).name.equals(name);
    }

    boolean same(String text) {
        if (text == "yes") return true; // bad: java-string-identity
        if (text == null) return false;
        text.trim(); // bad: java-lost-result
        text = text.trim();
        name = name; // bad: java-self-assignment
        this.name = text;
        return "yes".equals(text);
    }

    int chain(int kind) {
        if (kind == 1) {
            return 1;
        } else if (kind == 2) {
            return 2;
        } else if (kind == 1) { // bad: java-repeated-condition
            return 3;
        }
        return 0;
    }

    void reads(String path) throws IOException {
        FileInputStream input = new FileInputStream(path); // bad: java-unclosed-resource
        input.read();
        try (FileInputStream closed = new FileInputStream(path)) {
            closed.read();
        }
        Reader reader = new BufferedReader(new FileReader(path));
        use(reader);
    }

    void swallows(Runnable a) {
        try {
            a.run();
            a.run();
        } catch (RuntimeException error) {} // bad: java-empty-catch
        try {
            a.run();
            a.run();
        } catch (RuntimeException ignored) {
        }
    }

    int jumps(Runnable a) {
        try {
            a.run();
        } finally {
            return 1; // bad: java-jump-in-finally
        }
    }

    void more(Statement statement, Runnable a, String name) throws Exception {
        new Thread(a).run(); // bad: java-thread-run
        new Thread(a).start();
        BigDecimal wrong = new BigDecimal(0.1); // bad: java-decimal-from-float
        BigDecimal right = new BigDecimal("0.1");
        statement.executeQuery("SELECT * FROM people WHERE name = '" + name + "'"); // bad: java-sql-injection
        statement.executeQuery("SELECT * FROM people");
        Runtime.getRuntime().exec("ls " + name); // bad: java-command-injection
        javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
        Cipher.getInstance("AES/ECB/PKCS5Padding"); // bad: java-weak-cipher
    }
}

class Whole {
    public boolean equals(Object other) {
        return this == other;
    }

    public int hashCode() {
        return 1;
    }
}
