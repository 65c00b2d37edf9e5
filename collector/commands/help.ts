/** `help`. */
export const helpText = `sexton-collector: reads this node's device-mapper state and sends it to your Sexton server.
It changes nothing on the node and runs nothing it receives.

  enroll --server URL [--token-file FILE|-] [--ca-file FILE] [--new-key]
                                       make a key and join; keeps HTTPS_PROXY
  collect [--raw]                      print what would be sent
  send [--quiet] [--report] [--all] [--now]
                                       look, send, show the answer (--all: every
                                       finding in full); without a terminal or
                                       --now only when it is due
  status                               what this node remembers
  unenroll [--quiet] [--goodbye-seconds N]   tell the server, delete the key
  help, --version

Everywhere: --root DIR (read files and keep own state below DIR; commands come
from PATH), --config FILE (default /etc/sexton/collector.json), --json

Exit codes: 0 done, 1 done and findings open, 2 usage, 3 not enrolled,
4 server unreachable (kept for later), 5 refused`;
