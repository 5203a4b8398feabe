#!/bin/bash
# Runs the sweep of crates/cli/contrib/slurm as a job array on a Slurm cluster of this machine alone:
# 8 tasks, one of which is killed and requeued. Then all shards are merged, and each instance is there once.
#
#   apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
#   cargo build -p hwtasks-cli && sudo tests/slurm/run.sh target/debug/hwtasks
#
# It needs root, and it starts and stops its own daemons in a temporary folder. CI does not run it: it takes minutes.
set -euo pipefail
export HWTASKS=${1:?give the path of the program hwtasks}
HWTASKS=$(realpath "$HWTASKS")
here=$(cd "$(dirname "$0")" && pwd)
script=$here/../../crates/cli/contrib/slurm/sweep.sh
work=$(mktemp -d)
export SLURM_CONF=$work/slurm.conf
pids=()
stop() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

instances=2000
mkdir "$work/state" "$work/spool" "$work/results"
host=$(hostname -s)
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/d.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/d.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmctldPort=16817
SlurmdPort=16818
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=debug Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
CONF

if ! munge -n >/dev/null 2>&1; then
    mkdir -p /run/munge && chown munge: /run/munge
    setpriv --reuid munge --regid munge --init-groups /usr/sbin/munged --foreground >"$work/munge.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 50); do munge -n >/dev/null 2>&1 && break; sleep 0.1; done
fi
slurmctld -D >"$work/ctld.out" 2>&1 &
pids+=($!)
slurmd -D >"$work/d.out" 2>&1 &
pids+=($!)
"$HWTASKS" emulator --instances $instances --dcs-listen 127.0.0.1:0 --kafka-listen 127.0.0.1:0 >"$work/emulator" &
pids+=($!)
for _ in $(seq 100); do grep -q '^# curl' "$work/emulator" && break; sleep 0.1; done
eval "$(grep '^export' "$work/emulator")"
"$HWTASKS" kafka instances -o json >"$work/list.json"
for _ in $(seq 100); do sinfo -h -o %t 2>/dev/null | grep -q idle && break; sleep 0.2; done

# The first run of task 3 waits for its end, so that it can be killed.
cat >"$work/job.sh" <<JOB
#!/bin/sh
if [ "\$SLURM_ARRAY_TASK_ID" = 3 ] && [ "\${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    touch "$work/waits"
    sleep 600
fi
exec "$script" kafka "$work/list.json" "$work/results"
JOB
job=$(sbatch --parsable --array=0-7 --requeue --output="$work/job-%a.log" "$work/job.sh")
echo "job $job: 8 tasks"
for _ in $(seq 600); do [ -e "$work/waits" ] && break; sleep 0.2; done
echo "task 3 runs; requeue it"
scontrol requeue "${job}_3"
for _ in $(seq 1500); do
    [ "$(ls "$work/results"/*.ndjson 2>/dev/null | wc -l)" = 8 ] && break
    sleep 0.2
done
cat "$work"/job-*.log
scontrol show job "${job}_3" | grep -o 'Restarts=[0-9]*'
scontrol show job "${job}_3" | grep -q 'Restarts=1'

"$HWTASKS" merge "$work"/results/*.ndjson -o json --query 'instances[].instance_id' >"$work/merged.json"
"$HWTASKS" kafka instances --query 'sort(instances[].instance_id)' -o text >"$work/expected"
tr -d '[]", ' <"$work/merged.json" | grep . | sort >"$work/found"
LC_ALL=C sort "$work/expected" | diff - <(LC_ALL=C sort "$work/found")
echo "ok: $instances instances, each once"
