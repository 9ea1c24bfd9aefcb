using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Tests;

/// <summary>Rust's mangled names are read as RFC 2603 writes them, and nothing in them can cost much.</summary>
public sealed class RustNamesTests
{
    [Theory]
    [InlineData("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar")]
    [InlineData("_RNvCs3yuwAp0waWO_7___rustc17rust_begin_unwind", "__rustc::rust_begin_unwind")]
    [InlineData("_RNvNtCs3_4core9panicking9panic_fmt", "core::panicking::panic_fmt")]
    [InlineData("_RNvMCs1_12rust_minimalNtB2_11RustMinimal4init", "<rust_minimal::RustMinimal>::init")]
    [InlineData("_RNvXs_Cs1_6binderNtB4_4NodeNtNtCs2_4core3fmt7Display3fmt", "<binder::Node as core::fmt::Display>::fmt")]
    [InlineData("_RINvNtCs1_4core3ptr13drop_in_placeNtCs2_3foo3BarEB4_", "core::ptr::drop_in_place")]
    [InlineData("_RNCNvCs1_3foo4main0B3_", "foo::main::{closure}")]
    [InlineData("_RNvMs_Cs1_6kernelINtB4_3BoxRShE3new", "<kernel::Box>::new")]
    [InlineData("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic")]
    public void Mangled_Name_IsReadable(string mangled, string readable)
    {
        Assert.True(RustNames.TryDemangle(mangled, out var name));
        Assert.Equal(readable, name);
    }

    [Theory]
    [InlineData("_Read_lock")]
    [InlineData("_raw_spin_lock")]
    [InlineData("_RNvC")]
    [InlineData("_RNvB_3foo")]
    [InlineData("_RB_")]
    [InlineData("_RNvNtCs1_9999x3foo")]
    [InlineData("_ZN4core9panicking5panicE")]
    [InlineData("_ZNK3foo3barEv")]
    [InlineData("_R")]
    public void Other_Names_StayAsPrinted(string name) => Assert.False(RustNames.TryDemangle(name, out _));

    [Fact]
    public void NestedAndRepeatedReferences_EndSoon()
    {
        // Tuples of references to the tuple before double with each level; nesting is refused where it gets deep.
        var doubling = "_RINvC3foo3barT" + string.Concat(Enumerable.Repeat("TB8_B8_E", 60)) + "EE";
        Assert.False(RustNames.TryDemangle(doubling, out var said) && said.Length > 256);
        Assert.False(RustNames.TryDemangle("_R" + new string('N', 400), out _));
        Assert.False(RustNames.TryDemangle("_RIC3foo" + new string('R', 400) + "hE", out _));
    }

    [Fact]
    public void RandomNames_NeverThrow()
    {
        var random = new Random(11);
        const string letters = "CNMXYIBRQPOASTFDELKGUps_0123456789abvtZ";
        for (var i = 0; i < 20_000; i++)
        {
            var name = "_R" + new string([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => letters[random.Next(letters.Length)])]);
            if (RustNames.TryDemangle(name, out var readable))
            {
                Assert.InRange(readable.Length, 1, 256);
            }
        }
    }
}
