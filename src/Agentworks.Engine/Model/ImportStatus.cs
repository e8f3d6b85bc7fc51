namespace Agentworks.Model;

/// <summary>What becomes of a thing that is imported. Unchanged: it was imported before. Skipped: it cannot be, and the detail says why.</summary>
public enum ImportStatus
{
    New,
    Imported,
    Unchanged,
    Skipped,
}
