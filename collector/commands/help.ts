/** `help`. */
export const helpText = `sexton-collector: reads this node's device-mapper state and sends it to your Sexton server.
It changes nothing on the node and runs nothing it receives.

  enroll --server URL [--token-file FILE|-] [--new-key]   make a key and join
  collect [--raw]                                         print what would be sent
  send [--quiet] [--report]                               look, send, show the answer
  status                                                  what this node remembers
  unenroll                                                delete the key and all that
  help, --version

Everywhere: --root DIR (read files and keep own state below DIR; commands come
from PATH), --config FILE (default /etc/sexton/collector.json), --json

Exit codes: 0 done, 1 done and findings open, 2 usage, 3 not enrolled,
4 server unreachable (kept for later), 5 refused`;
