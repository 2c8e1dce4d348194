<?php
// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
function handles($db, $text, $kind)
{
    eval($text); // bad: php-eval
    system("ls " . $_GET["dir"]); // bad: php-command-injection
    system("ls " . escapeshellarg($_GET["dir"]));
    system("ls");
    $db->query("SELECT * FROM people WHERE name = '$text'"); // bad: php-sql-injection
    $db->query("SELECT * FROM people");
    echo $_GET["name"]; // bad: php-html-injection
    echo htmlspecialchars($_GET["name"]);
    include $_GET["page"]; // bad: php-include-of-request
    include "page.php";
    unserialize($_COOKIE["state"]); // bad: php-unsafe-load
    extract($_POST); // bad: php-extract-of-request
    $hash = md5($password); // bad: php-weak-password-hash
    $etag = md5($text);
    curl_setopt($text, CURLOPT_SSL_VERIFYPEER, false); // bad: php-unverified-tls
    if ($kind = 1) { // bad: php-assignment-in-condition
        return 1;
    } elseif ($kind == 2) {
        return 2;
    } elseif ($kind == 2) { // bad: php-repeated-condition
        return 3;
    }
    $kind = $kind; // bad: php-self-assignment
    try {
        handles(1, 2, 3);
        handles(1, 2, 4);
    } catch (Exception $error) {} // bad: php-empty-catch
    switch ($kind) {
        case 1:
            break;
        case 2:
            break;
        case 1: // bad: php-repeated-case
            break;
    }
    $options = ["a" => 1, "b" => 2, "a" => 3]; // bad: php-duplicate-key
    return $options;
    echo "never"; // bad: php-unreachable-code
}
