"""The commands of the screens that lie over the main one, or come before it: a part of the registry `tui.commands`.

Owns their ids, titles, keys and words, as that does for the rest.
"""

from __future__ import annotations

from tui.command import Command, Group, Scope

OVERLAYS: tuple[Command, ...] = (
    # Revisions
    Command(
        "older-revision", "Newer side: earlier",
        "Holds an earlier state against the one before it, or against the older side where that was moved.",
        "j,down,left,h", Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "newer-revision", "Newer side: later", "The same with a later state.", "k,up,right,l",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "compare-older", "Older side: earlier",
        "Holds the newer side against an earlier state; it stays there while the newer side moves.",
        "J,shift+down,shift+left,H", Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "compare-newer", "Older side: later", "The same with a later state.", "K,shift+up,shift+right,L",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "whole-history", "First seen, and now",
        "Holds the first state against the last; from there, shows the last edit again.", "w",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "unfold", "All the text",
        "Shows long stretches that stayed, of which otherwise the words are counted.", "f",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "next-change", "Next change", "Goes to the next change in the text.", "n", Group.REVISIONS,
        Scope.REVISIONS
    ),
    Command(
        "previous-change", "Previous change", "Goes to the change before it.", "N", Group.REVISIONS,
        Scope.REVISIONS
    ),
    Command(
        "scroll-revision-down", "Scroll down", "Moves the text on by a screen.", "space,pagedown,d,ctrl+d",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "scroll-revision-up", "Scroll up", "Moves the text back by a screen.", "pageup,b,u,ctrl+u",
        Group.REVISIONS, Scope.REVISIONS
    ),
    Command(
        "revision-start", "Beginning", "Goes to the beginning of the text.", "g,home", Group.REVISIONS,
        Scope.REVISIONS
    ),
    Command("revision-end", "End", "Goes to the end of the text.", "G,end", Group.REVISIONS, Scope.REVISIONS),
    Command(
        "close-revisions", "Close", "Goes back to the timeline.", "escape,q,e", Group.REVISIONS,
        Scope.REVISIONS
    ),
    # A list to choose from
    Command("choice-down", "Next", "Goes one down.", "j,down", Group.CHOICE, Scope.CHOICE),
    Command("choice-up", "Previous", "Goes one up.", "k,up", Group.CHOICE, Scope.CHOICE),
    Command("choice-page-down", "Page down", "Goes down by a screen.", "pagedown", Group.CHOICE, Scope.CHOICE),
    Command("choice-page-up", "Page up", "Goes up by a screen.", "pageup", Group.CHOICE, Scope.CHOICE),
    Command("choice-first", "First", "Goes to the first.", "g,home", Group.CHOICE, Scope.CHOICE),
    Command("choice-last", "Last", "Goes to the last.", "G,end", Group.CHOICE, Scope.CHOICE),
    Command(
        "mark-choice", "Mark", "Marks one of several that are to be taken together, or unmarks it.", "space",
        Group.CHOICE, Scope.CHOICE
    ),
    Command("mark-all-choices", "Mark all", "Marks all, or none.", "a", Group.CHOICE, Scope.CHOICE),
    Command(
        "take", "Take", "Adds or opens what is marked; where nothing is, what is under the cursor.",
        "enter",
        Group.CHOICE, Scope.CHOICE
    ),
    *(
        Command(
            f"take-numbered-{key}", f"Take number {key}", f"Takes the one of the number {key}.", str(key),
            Group.CHOICE, Scope.CHOICE, argument=key,
        )
        for key in range(1, 10)
    ),
    Command(
        "copy-choice", "Copy the address", "Copies the address under the cursor.", "y", Group.CHOICE, Scope.CHOICE
    ),
    Command("take-none", "None", "Takes none of them.", "escape,q", Group.CHOICE, Scope.CHOICE),
    # Help
    Command(
        "scroll-help-down", "Scroll the help down", "Moves the help on.", "j,down,space,pagedown",
        Group.PROGRAM, Scope.HELP
    ),
    Command(
        "scroll-help-up", "Scroll the help up", "Moves the help back.", "k,up,pageup", Group.PROGRAM,
        Scope.HELP
    ),
    Command(
        "search-help", "Search the help", "Shows the commands, signs and forms of queries in which some words stand.",
        "slash", Group.PROGRAM, Scope.HELP
    ),
    Command("close-help", "Close the help", "Goes back.", "escape,q", Group.PROGRAM, Scope.HELP),
    # First screen
    Command(
        "first-source", "Add a source", "Asks for the address of the first source.", "a", Group.WELCOME,
        Scope.WELCOME
    ),
    Command(
        "first-list", "Import a list",
        "Asks for an OPML file, the urls file of newsboat or a list of addresses, and follows what it names.",
        "i", Group.WELCOME, Scope.WELCOME
    ),
    Command(
        "demo", "See the demo", "Plays a made-up live story, offline.", "d", Group.WELCOME, Scope.WELCOME
    ),
    Command("leave", "Quit", "Leaves Wirewatch.", "q,escape", Group.WELCOME, Scope.WELCOME),
)  # fmt: skip
