// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
use std::process::Command;
use std::sync::Mutex;

fn guards(lock: &Mutex<i32>, kind: i32) -> i32 {
    let _ = lock.lock(); // bad: rust-lock-dropped
    let _guard = lock.lock().expect("never poisoned");
    if kind == 1 {
        return 1;
    } else if kind == 2 {
        return 2;
    } else if kind == 1 { // bad: rust-repeated-condition
        return 3;
    }
    dbg!(kind); // bad: rust-debug-output
    let mut other = kind;
    other = other; // bad: rust-self-assignment
    kind.checked_add(other).unwrap() // bad: rust-unwrap
}

fn later() {
    todo!() // bad: rust-unfinished
}

fn raw(pointer: *const i32) -> i32 {
    let value = unsafe { *pointer }; // bad: rust-unexplained-unsafe
    // SAFETY: the caller keeps the pointer valid.
    let again = unsafe { *pointer };
    value + again
}

fn runs(name: &str, client: Builder, db: Db) {
    Command::new("sh").arg("-c").arg(format!("ls {}", name)); // bad: rust-command-injection
    Command::new("ls").arg(name);
    client.danger_accept_invalid_certs(true); // bad: rust-unverified-tls
    db.query(&format!("SELECT * FROM people WHERE name = '{}'", name)); // bad: rust-sql-injection
    db.query("SELECT * FROM people WHERE name = $1");
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds() {
        assert_eq!(super::guards(1).unwrap(), 2);
    }
}
