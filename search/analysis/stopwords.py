"""Words that say nothing about what a text is about, question words among them. Without marks, as `tokens.fold` leaves them.

They are found in titles all the same, and where a query consists of nothing else.
"""

from __future__ import annotations

STOPWORDS: dict[str, frozenset[str]] = {
    "de": frozenset(
        """
            aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei beim
            bin bis bist da dabei dadurch dafur dagegen daher damit danach dann daran darauf daraus darf darin darum das dass
            dasselbe davon davor dazu dein deine dem den denen denn der deren des deshalb dessen die dies diese diesem diesen
            dieser dieses doch dort du durch ein eine einem einen einer eines einige einigen einiger er es etwa etwas euch euer
            eure fur ganz gab gegen geht gibt hab habe haben habt hast hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr
            ihre ihrem ihren ihrer ihres im in indem ins ist ja je jede jedem jeden jeder jedes jener jetzt kann kannst kein
            keine keinem keinen keiner konnen konnt konnte man manche mehr mein meine meinem meinen meiner mich mir mit muss
            mussen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche
            soll sollen sollte sondern sonst sowie uber um und uns unser unsere unter viel viele vom von vor wahrend war waren
            warum was weil welche welchem welchen welcher welches wem wen wenn wer werde werden wessen weshalb wie wieder wieso
            wieviel will wir wird wo wobei wodurch wofur woher wohin womit woran worauf woraus worin wozu wurde wurden wurdest
            wann zu zum zur zwar zwischen bitte brauche brauchen braucht mochte mochten bekomme bekommen bekommt finde finden
            findet gehe gehen machen macht gerne
            """.split()
    ),
    "en": frozenset(
        """
            a about after all also am an and any are as at be because been before being between both but by can could did do does
            doing during each few for from further had has have having he her here hers him his how i if in into is it its itself
            just me more most my no nor not of off on once only or other our out over own s same she should so some such t than
            that the their theirs them then there these they this those through to too under until up very was we were what when
            where which while who whom whose why will with would you your yours many much get need want find please
            """.split()
    ),
    "uk": frozenset(
        """
            а або але б без би був була були було бути в вам вас ваш ваша ваше ваші вже ви від він вона вони воно все всі втім г'
            де для до є її їй їх з за зі й його йому і із коли котрий куди ми мене мені мій моя моє мої може можна можу на над
            нам нас наш наша наше наші не нею ним них ні о об один отже по при про під після та так також там те ти тим тих то
            той тому тут у усі хоч хто це цей цього цьому ця ці чи чий чому що щоб щодо я як яка яке який яким яких які якого
            якій якої яку скільки кого кому чого чим ким треба потрібно хочу хоче чому
            """.split()
    ),
    "ar": frozenset(
        """
            في من علي الي عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا لماذا متي اين كيف كم هل هو هي هم هن انا نحن انت انتم كان
            كانت كانوا يكون تكون قد لقد لا لم لن ليس ليست ان او ام ثم و ف ب ل ك كل بعض غير بين بعد قبل عند حتي اذا لكن كما حيث
            منذ خلال اي ايه به بها له لها لهم فيه فيها منه منها عليه عليها اليه اليها عنه عنها هناك هنا وهو وهي وقد ولا وما من
            التي والتي والذي ومن وفي يمكن يمكنني اريد احتاج يجب
            """.split()
    ),
}

KNOWN_TERMS: dict[str, tuple[str, ...]] = {
    "ar": ("لم شمل", "غير نظامي", "غير قانوني", "غير شرعي", "غير مصحوب", "غير حكومي", "غير رسمي"),
    "de": ("ohne Papiere", "ohne Begleitung", "ohne Visum"),
    "en": ("without papers", "without documents", "not accompanied"),
    "uk": ("без документів", "без супроводу", "без громадянства"),
}
"""Terms in which a stopword is none: of two words, in any of their forms. Without it they mean something else, or the opposite."""
