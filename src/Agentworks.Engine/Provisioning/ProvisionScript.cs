using System.Globalization;
using System.Text;
using Agentworks.Events;
using Agentworks.Transport;

namespace Agentworks.Provisioning;

/// <summary>Compiles steps to the one script of a phase, and reads what the script says while it runs.</summary>
public static class ProvisionScript
{
    /// <summary>Begins each line that is meant for us; no program that steps run writes it by accident.</summary>
    private const char Mark = '\x1e';

    private const string Runner = """
        agw_say() { printf '\036%s\t%s\t%s\n' "$1" "$2" "$3" >&3; }
        agw_last() { [ -z "$1" ] || printf '%s\n' "$1" | tail -n 1 | tr -d '\000-\037' | cut -c 1-400; }
        agw_step() {
            agw_say running "$1" ''
            agw_out=$( (set -eu; "$3") 2>&1 3>&- ); agw_rc=$?
            case $agw_rc in
            0) agw_say ok "$1" "$(agw_last "$agw_out")"; return ;;
            77) agw_say unsupported "$1" "$(agw_last "$agw_out")"; return ;;
            esac
            if [ -n "$agw_look" ]; then agw_say drifted "$1" "$(agw_last "$agw_out")"; return; fi
            agw_out=$( (set -eu; "$4") 2>&1 3>&- ); agw_rc=$?
            if [ "$agw_rc" = 77 ]; then agw_say unsupported "$1" "$(agw_last "$agw_out")"; return; fi
            if [ "$agw_rc" = 0 ]; then
                agw_check=$( (set -eu; "$3") 2>&1 3>&- ); agw_rc=$?
                if [ "$agw_rc" = 0 ]; then agw_say changed "$1" "$(agw_last "$agw_out")"; return; fi
                agw_out="applied, and still not as wanted: $agw_check"
            fi
            agw_say output "$1" "$(printf %s "$agw_out" | tail -c 8000 | base64 -w 0)"
            agw_say failed "$1" "$(agw_last "$agw_out")"
            if [ "$2" = fatal ]; then exit 1; fi
        }
        export DEBIAN_FRONTEND=noninteractive
        exec 3>&1
        """;

    /// <param name="steps">In order.</param>
    /// <param name="checkOnly">Look at every step and change nothing.</param>
    public static string Compile(IReadOnlyList<ProvisionStep> steps, bool checkOnly = false)
    {
        var text = new StringBuilder(Runner).Append('\n').Append(checkOnly ? "agw_look=1\n" : "agw_look=\n")
            .Append("agw_limit_program=").Append(PosixShell.Quote(EmbeddedText.Read("limit.pl"))).Append('\n')
            .Append(EmbeddedText.Read("provision-common.sh"));
        foreach (var functions in steps.Select(step => step.Functions).Distinct(StringComparer.Ordinal))
        {
            text.Append(functions).Append('\n');
        }
        var assigned = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (step, index) in steps.Select((step, index) => (step, index)))
        {
            var id = index.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, value) in step.Variables)
            {
                // What many steps share travels once.
                if (assigned.TryGetValue(name, out var before) && before == value)
                {
                    continue;
                }

                assigned[name] = value;
                text.Append(name).Append('=').Append(PosixShell.Quote(value)).Append('\n');
            }

            text.Append("agw_check_").Append(id).Append("() {\n").Append(step.Check).Append("\n}\n")
                .Append("agw_apply_").Append(id).Append("() {\n").Append(step.Apply).Append("\n}\n")
                .Append("agw_step ").Append(PosixShell.Quote(step.Name)).Append(step.Fatal ? " fatal" : " warn")
                .Append(" agw_check_").Append(id).Append(" agw_apply_").Append(id).Append('\n');
        }

        return text.Append("exit 0\n").ToString();
    }

    /// <summary>The step whose failing output a line brings, and that output; null for any other line.</summary>
    public static (string Step, string Text)? ParseOutput(string line)
    {
        if (!line.StartsWith($"{Mark}output\t", StringComparison.Ordinal) || line.Split('\t', 3) is not [_, var step, var encoded])
        {
            return null;
        }

        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) ? (step, Encoding.UTF8.GetString(bytes, 0, length)) : null;
    }

    /// <summary>The step that a line tells of; null for any other line.</summary>
    public static StepResult? Parse(string line)
    {
        if (line.Length == 0 || line[0] != Mark)
        {
            return null;
        }

        var fields = line[1..].Split('\t', 3);
        return fields.Length == 3 && Enum.TryParse<StepState>(fields[0], ignoreCase: true, out var state)
            ? new StepResult(fields[1], state, fields[2].Length > 0 ? fields[2] : null)
            : null;
    }
}
