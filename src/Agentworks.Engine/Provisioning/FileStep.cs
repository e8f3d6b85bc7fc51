using System.Globalization;
using System.Text;

namespace Agentworks.Provisioning;

/// <summary>A step that puts files in place and, when any of them was not, does what must follow.</summary>
public static class FileStep
{
    /// <param name="name">The step's name.</param>
    /// <param name="files">What must be there.</param>
    /// <param name="after">/bin/sh run after a change, such as a reload; may check the files and fail.</param>
    /// <param name="fatal">Whether to go on when it fails.</param>
    public static ProvisionStep Create(string name, IReadOnlyList<MachineFile> files, string after = ":", bool fatal = true)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var check = new StringBuilder();
        var apply = new StringBuilder();
        for (var i = 0; i < files.Count; i++)
        {
            var id = i.ToString(CultureInfo.InvariantCulture);
            variables["agw_path_" + id] = files[i].Path;
            variables["agw_mode_" + id] = files[i].Mode.TrimStart('0');
            variables["agw_text_" + id] = files[i].Content;

            // "-" is standard input for cmp; a trailing newline survives because the text is a variable, not a substitution.
            check.Append(CultureInfo.InvariantCulture, $"printf %s \"$agw_text_{id}\" | cmp -s - \"$agw_path_{id}\"\n")
                .Append(CultureInfo.InvariantCulture, $"[ \"$(stat -c '%a %u' \"$agw_path_{id}\")\" = \"$agw_mode_{id} 0\" ]\n");
            apply.Append(CultureInfo.InvariantCulture, $"mkdir -p \"${{agw_path_{id}%/*}}\"\n")
                .Append(CultureInfo.InvariantCulture, $"(umask 077; printf %s \"$agw_text_{id}\" > \"$agw_path_{id}.agw-new\")\n")
                .Append(CultureInfo.InvariantCulture, $"chmod \"$agw_mode_{id}\" \"$agw_path_{id}.agw-new\"\n")
                .Append(CultureInfo.InvariantCulture, $"chown 0:0 \"$agw_path_{id}.agw-new\"\n")
                .Append(CultureInfo.InvariantCulture, $"mv -f \"$agw_path_{id}.agw-new\" \"$agw_path_{id}\"\n");
        }

        apply.Append(after);
        return new ProvisionStep(name, check.ToString(), apply.ToString(), fatal, variables);
    }
}
