// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
using System;

class Defects
{
    async void Fires() // bad: cs-async-void
    {
        await Work();
    }

    async void OnClick(object sender, EventArgs e)
    {
        await Work();
    }

    async Task Waits()
    {
        var value = ReadAsync().Result; // bad: cs-blocking-wait
        var other = await ReadAsync();
        name = name; // bad: cs-self-assignment
        this.name = name;
    }

    void Handles(string name, int kind)
    {
        try
        {
            Work();
            Work();
        }
        catch (Exception error) {} // bad: cs-empty-catch
        try
        {
            Work();
        }
        catch (Exception error)
        {
            Log(error);
            throw error; // bad: cs-rethrow
        }
        var wrong = new SqlCommand("SELECT * FROM people WHERE name = '" + name + "'"); // bad: cs-sql-injection
        var also = new SqlCommand($"SELECT * FROM people WHERE name = '{name}'"); // bad: cs-sql-injection
        var right = new SqlCommand("SELECT * FROM people WHERE name = @name");
        if (kind == 1) { Work(); }
        else if (kind == 2) { Work(); }
        else if (kind == 1) { Work(); } // bad: cs-repeated-condition
        switch (kind)
        {
            case 1: Work(); break;
            case 2: Work(); break;
            case 1: Work(); break; // bad: cs-repeated-case
        }
        var formatter = new BinaryFormatter(); // bad: cs-binary-formatter
        handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => true; // bad: cs-unverified-tls
    }
}
