// Loaded into the collector before it starts: at its end it writes down what it used. Says nothing to the collector.
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 requires it without
const { appendFileSync, readFileSync } = require('fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const status = readFileSync('/proc/self/status', 'latin1');
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // Behind the name in parentheses: cutime and cstime, in ticks of 10 ms. @see proc_pid_stat(5)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const usage = {
    isReader: process.argv[2] === 'read-sources',
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    childrenCpuMs: (Number(fields[13]) + Number(fields[14])) * 10,
    // Not ru_maxrss: that one begins with the size of whoever started the process.
    peakMegabytes: Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 0.001024,
  };
  appendFileSync(process.env.SEXTON_BENCH_USAGE, `${JSON.stringify(usage)}\n`);
});
