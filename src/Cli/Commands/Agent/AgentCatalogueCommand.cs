using System.CommandLine;
using System.Globalization;
using Mayday.Agent.Printk;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Agent;

/// <summary>
/// <c>mayday agent catalogue</c>: makes a catalogue of printk formats for a kernel that was built without a printk index.
/// </summary>
internal static class AgentCatalogueCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "vmlinuz or vmlinux, and modules (.ko, also compressed) or folders of them. "
                + "Example: /boot/vmlinuz-$(uname -r) /lib/modules/$(uname -r)",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output") { HelpName = "FILE", Description = "Output file (default: standard output)." };
        var command = new Command("catalogue", "Make a catalogue of printk formats from a kernel image and its modules, in the form of the kernel's printk index.")
        {
            images, output,
        };
        command.SetAction((parsed, cancellation) =>
            WriteAsync(parsed.GetValue(images) ?? [], parsed.GetValue(output), parsed.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> WriteAsync(string[] images, string? output, InvocationConfiguration streams, CancellationToken cancellation)
    {
        var entries = new List<PrintkEntry>();
        foreach (var file in FindFiles(images))
        {
            try
            {
                entries.AddRange(PrintkCatalogue.Read(await KernelImage.ReadAsync(file, cancellation), ModuleOf(file)));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new PlainFailureException($"{Printable.Show(file)}: {Printable.Show(failure.Message)}.");
            }
        }

        if (entries.Count == 0)
        {
            throw new PlainFailureException("no printk formats found in the given files. Give a Linux kernel image or kernel modules.");
        }

        if (output is null)
        {
            PrintkCatalogue.Write(entries, streams.Output);
        }
        else
        {
            try
            {
                await using var writer = File.CreateText(output);
                PrintkCatalogue.Write(entries, writer);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new PlainFailureException($"{Printable.Show(output)} cannot be written: {Printable.Show(failure.Message)}");
            }
        }

        await streams.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"mayday: {entries.Count} formats"));
        return ExitCode.Done;
    }

    private static IEnumerable<string> FindFiles(string[] images)
    {
        foreach (var image in images)
        {
            if (!Directory.Exists(image))
            {
                yield return image;
                continue;
            }

            foreach (var module in Directory.EnumerateFiles(image, "*.ko*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                yield return module;
            }
        }
    }

    // "e1000.ko.xz" is module e1000, as in the printk index. Every other file is the kernel itself.
    private static string ModuleOf(string file)
    {
        var name = Path.GetFileName(file);
        var end = name.IndexOf(".ko", StringComparison.Ordinal);
        return end > 0 ? name[..end].Replace('-', '_') : "vmlinux";
    }
}
