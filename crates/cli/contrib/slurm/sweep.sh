#!/bin/sh
# A sweep as a Slurm job array: each array task sweeps one shard.
#   sbatch --array=0-7 crates/cli/contrib/slurm/sweep.sh kafka instances.txt results
#   hwtasks merge results/*.ndjson
#SBATCH --job-name=hwtasks-sweep
#SBATCH --requeue
set -eu
service=$1 list=$2 results=$3
shard=$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT
mkdir -p "$results"
part=$results/$SLURM_ARRAY_TASK_ID.ndjson
# A requeued task begins again, and its file is there only when it is whole.
trap 'rm -f "$part.part"' EXIT
code=0
"${HWTASKS:-hwtasks}" "$service" sweep "$list" --shard "$shard" -o ndjson -q >"$part.part" || code=$?
case $code in
0 | 4) mv "$part.part" "$part" ;; # 4: the errors of instances are in the file.
esac
exit "$code"
