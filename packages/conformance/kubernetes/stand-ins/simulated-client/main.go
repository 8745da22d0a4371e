// Command simulated-client is mount.lustre, lfs and lctl in pods: it becomes the program of the cloud emulator of that name, with the
// emulator's settings and without the environment of the driver. The image of the driver has no shell that could.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"syscall"
)

// programs is the file with the command line of each program, without the arguments of the caller.
const programs = "/etc/lustre-simulation.json"

func main() {
	text, err := os.ReadFile(programs)
	if err != nil {
		log.Fatal(err)
	}
	commands := map[string][]string{}
	if err := json.Unmarshal(text, &commands); err != nil {
		log.Fatalf("%s: %v", programs, err)
	}
	name := filepath.Base(os.Args[0])
	command := append(commands[name], os.Args[1:]...)
	log.Fatal(name, ": ", syscall.Exec(command[0], command, []string{"PATH=/bin:/sbin:/usr/bin:/usr/sbin"}))
}
