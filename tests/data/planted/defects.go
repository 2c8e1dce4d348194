// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
package planted

import (
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

func files(names []string) error {
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close() // bad: go-defer-in-loop
	}
	for _, name := range names {
		func() {
			file, err := os.Open(name)
			if err == nil {
				defer file.Close()
			}
		}()
	}
	config, _ := os.ReadFile("config.json") // bad: go-dropped-error
	var values map[string]string
	json.Unmarshal(config, &values) // bad: go-unchecked-error
	if err := json.Unmarshal(config, &values); err != nil {
		return err
	}
	_, ok := values["a"]
	_ = ok
	return nil
}

func waits(wg *sync.WaitGroup, x int) int {
	time.Sleep(10) // bad: go-sleep-without-unit
	time.Sleep(10 * time.Millisecond)
	go func() {
		wg.Add(1) // bad: go-late-waitgroup-add
		defer wg.Done()
	}()
	wg.Add(1)
	x = x // bad: go-self-assignment
	if x == 1 {
		return 1
	} else if x == 2 {
		return 2
	} else if x == 1 { // bad: go-repeated-condition
		return 3
	}
	return x
	fmt.Println(x) // bad: go-unreachable-code
}

func queries(db *sql.DB, name string) {
	db.Query(fmt.Sprintf("SELECT * FROM people WHERE name = '%s'", name)) // bad: go-sql-injection
	db.Query("SELECT * FROM people WHERE name = '" + name + "'")          // bad: go-sql-injection
	db.Query("SELECT * FROM people WHERE name = ?", name)
	exec.Command("sh", "-c", "ls "+name).Run() // bad: go-command-injection
	exec.Command("ls", name).Run()
	_ = &tls.Config{InsecureSkipVerify: true} // bad: go-unverified-tls
	_ = &tls.Config{InsecureSkipVerify: false}
}
