#!/usr/bin/env fish
# Times ways to run "go version", as shell.bash does, all started by fish. It has
# no clock of its own; date is called twice for all runs of a round.

set rounds $argv[1]
set runs $argv[2]
source $HOOK

function measure --argument-names name program
    set -l start (date +%s%N)
    for i in (seq $runs)
        $program version >/dev/null
    end
    echo $name (math --scale=0 "("(date +%s%N)" - $start) / 1000 / $runs")
end

for round in (seq $rounds)
    for way in $argv[3..]
        set -l words (string split --max 1 = -- $way)
        if test $words[2] = function
            measure $words[1] go
        else
            measure $words[1] $words[2]
        end
    end
end
