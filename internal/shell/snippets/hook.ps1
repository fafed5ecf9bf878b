# gosw for PowerShell: PATH, the command gosw, completion. "gosw init powershell"
# prints assignments to the variables below, and then this file as it is. The
# file also works alone. It may be read any number of times.
#
# There is no function go: go is the shim, found on PATH. PowerShell takes -- out
# of a function's arguments, and hands its streams through line by line; it does
# neither to a program.

if (-not $global:__gosw_exe) { $global:__gosw_exe = 'gosw' }
if (-not $global:__gosw_root) {
    $global:__gosw_root = $(if ($env:GOSW_ROOT) { $env:GOSW_ROOT } else { Join-Path $HOME '.local/go' })
}
if ($null -eq $global:__gosw_path) { $global:__gosw_path = $true }
if ($null -eq $global:__gosw_completion) { $global:__gosw_completion = $true }

if ($global:__gosw_path) {
    $__gosw_bin = Join-Path $global:__gosw_root 'bin'
    if (($env:PATH -split [IO.Path]::PathSeparator) -notcontains $__gosw_bin) {
        $env:PATH = $(if ($env:PATH) { $__gosw_bin + [IO.Path]::PathSeparator + $env:PATH } else { $__gosw_bin })
    }
    Remove-Variable -Name __gosw_bin
}

# gosw runs the program. "gosw use" alone is more: only the shell itself can
# change what holds for its session, and the program says how, as data.
function global:gosw {
    if ($args.Count -eq 0 -or $args[0] -cne 'use') {
        & $global:__gosw_exe @args
        return
    }
    $rest = @($args | Select-Object -Skip 1)
    $said = @(& $global:__gosw_exe use --session @rest)
    if ($LASTEXITCODE -ne 0) { return }
    if ($said.Count -ne 1 -or -not $said[0].StartsWith('GO_VERSION=')) {
        $said
        return
    }
    $version = $said[0].Substring('GO_VERSION='.Length)
    if ($version) { $env:GO_VERSION = $version }
    elseif (Test-Path Env:GO_VERSION) { Remove-Item Env:GO_VERSION }
}

# The program answers with lines "value<tab>description" and, last, ":" with a
# sum of 1 (error), 2 (no space after the value) and 4 (no file names). It gets an
# empty word where there is nothing to complete yet, which PowerShell before 7.3,
# and a later one that is told to be like it, drops unless it is in quotes.
if ($global:__gosw_completion) {
    Register-ArgumentCompleter -Native -CommandName 'gosw' -ScriptBlock {
        param($wordToComplete, $commandAst, $cursorPosition)
        $words = @($commandAst.CommandElements |
                Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
                Select-Object -Skip 1 |
                ForEach-Object { $_.ToString() })
        $passing = Get-Variable -Name PSNativeCommandArgumentPassing -ValueOnly -ErrorAction Ignore
        if ($wordToComplete -eq '') { $words += $(if ($passing -and "$passing" -ne 'Legacy') { '' } else { '""' }) }
        $code = Get-Variable -Name LASTEXITCODE -Scope Global -ValueOnly -ErrorAction Ignore
        & $global:__gosw_exe __complete @words 2>$null |
            Where-Object { $_ -and -not $_.StartsWith(':') -and -not $_.StartsWith('_activeHelp_') } |
            ForEach-Object {
                $value, $description = $_ -split "`t", 2
                if (-not $description) { $description = $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
            }
        $global:LASTEXITCODE = $code
    }
}
