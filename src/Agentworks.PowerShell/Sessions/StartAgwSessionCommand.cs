using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Starts sessions that have ended or were stopped; a running one is left alone.</summary>
[Cmdlet(VerbsLifecycle.Start, "AgwSession", SupportsShouldProcess = true)]
[OutputType(typeof(AgwSession))]
public sealed class StartAgwSessionCommand() : SessionStartCommand("Start session", restart: false);
